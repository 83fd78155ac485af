"""Moves the values of nums1 to the back first, one by one, and then merges from the front: 2 m + n writes."""


def merge(nums1: list[int], m: int, nums2: list[int], n: int) -> None:
    if m < 0 or n < 0 or (len(nums1), len(nums2)) != (m + n, n):
        raise ValueError(f"m={m}, n={n} do not fit {len(nums1)} and {len(nums2)} values")
    if m == 0 and nums1 is nums2:
        return
    for index in range(m - 1, -1, -1):
        nums1[index + n] = nums1[index]
    first, second = n, 0
    for slot in range(m + n):
        if second == n or (first < m + n and nums1[first] <= nums2[second]):
            nums1[slot] = nums1[first]
            first += 1
        else:
            nums1[slot] = nums2[second]
            second += 1
