"""Two loops: one while both lists have values, one that moves what is left of nums2."""


def merge(nums1, m, nums2, n):
    if min(m, n) < 0 or len(nums1) - m != n or len(nums2) != n:
        raise ValueError("sizes do not fit")
    i, j, k = m, n, m + n
    while i > 0 and j > 0:
        k -= 1
        if nums2[j - 1] >= nums1[i - 1]:
            j -= 1
            nums1[k] = nums2[j]
        else:
            i -= 1
            nums1[k] = nums1[i]
    while j > 0:
        k -= 1
        j -= 1
        nums1[k] = nums2[j]
