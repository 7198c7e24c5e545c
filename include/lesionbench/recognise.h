/* SPDX-License-Identifier: MIT */
/* Recognises the format of a file by its content. */
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

/* The format by the first bytes. The name decides only if the bytes are ambiguous: text (CSV,
 * pickles of protocol 0), gzipped files, damaged files. *bytes: the length of the file.
 * LB_FILE_UNKNOWN: none of these formats. LB_ERROR_IO: the file cannot be read. */
lb_status lb_recognise(lb_file_kind *out, size_t *bytes, const char *path, lb_error *err);
/* The format by the name alone, for a file that does not exist yet. */
lb_file_kind lb_recognise_name(const char *path);

#ifdef __cplusplus
}
#endif

#endif
