"""One loop over nums2 alone, with LeetCode's usual index arithmetic (m + n is the next slot)."""


def merge(nums1: list[int], m: int, nums2: list[int], n: int) -> None:
    if m < 0:
        raise ValueError(f"m is {m}")
    if n < 0:
        raise ValueError(f"n is {n}")
    if len(nums1) != m + n:
        raise ValueError(f"nums1 has {len(nums1)} slots instead of {m + n}")
    if len(nums2) != n:
        raise ValueError(f"nums2 has {len(nums2)} values instead of {n}")
    while n:
        if m and nums1[m - 1] > nums2[n - 1]:
            nums1[m + n - 1] = nums1[m - 1]
            m -= 1
        else:
            nums1[m + n - 1] = nums2[n - 1]
            n -= 1
