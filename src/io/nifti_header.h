/* SPDX-License-Identifier: MIT */
/* What is claimed by a NIfTI file, and where its voxels are. */
#ifndef LB_IO_NIFTI_HEADER_H
#define LB_IO_NIFTI_HEADER_H

#include "gzip.h"

#include "lesionbench/nifti.h"

typedef struct lb_nifti_header_info {
    lb_volume volume; /* without voxels */
    int type;         /* DT_UINT8, ... */
    size_t width;     /* bytes of a voxel */
    bool swapped;     /* the voxels' bytes */
    double slope, intercept;
    size_t offset;  /* of the first voxel, in bytes */
    gzFile stream;  /* of the voxels, at any place; plain files as well */
    size_t on_disk; /* size of that file */
} lb_nifti_header_info;

/* Reads and checks the header, and opens the voxels' file. Close the stream with gzclose(). */
lb_status lb_nifti_header_info_read(lb_nifti_header_info *out, const char *path, lb_error *err);
lb_status lb_nifti_fail_damaged(const char *path, lb_error *err);

#endif
