/* SPDX-License-Identifier: MIT */
/* What a file is, by its content. */
#ifndef LESIONBENCH_RECOGNISE_H
#define LESIONBENCH_RECOGNISE_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_file_kind {
    LB_FILE_UNKNOWN,
    LB_FILE_HDF5,
    LB_FILE_MODEL, /* safetensors or PyTorch's: see weights.h */
    LB_FILE_NIFTI,
    LB_FILE_CSV,
    LB_FILE_PICKLE,
    LB_FILE_NPY,
    LB_FILE_IDX
} lb_file_kind;

/* By the first bytes. The name decides only where these say nothing: of text (CSV, pickles of
 * protocol 0), of what gzip hides, and of files that are damaged. *bytes is the file's length. A
 * file that is none of these is LB_FILE_UNKNOWN; one that cannot be read is LB_ERROR_IO. */
lb_status lb_recognise(lb_file_kind *out, size_t *bytes, const char *path, lb_error *err);
/* By the name alone, for a file that is yet to be written. */
lb_file_kind lb_recognise_name(const char *path);

#ifdef __cplusplus
}
#endif

#endif
