/* SPDX-License-Identifier: MIT */
/* Files of other programs as files that everything reads. */
#ifndef LESIONBENCH_CONVERT_H
#define LESIONBENCH_CONVERT_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* By the names' ends:
 *   .npy to .h5 or .hdf5: the dataset `data`;
 *   .pkl or .pickle to .npy: a pickle of one array, tensor, number or list of numbers;
 *   .pkl or .pickle to .h5 or .hdf5: lists, tuples and sets as groups with the members `0`, `1`,
 * ..., dicts as groups by their keys (texts and whole numbers), arrays, tensors, numbers and texts
 * as datasets, lists of numbers or of texts as datasets of one axis, bytes as uint8, None as an
 *     empty group. Groups have the attribute `kind`: "list", "tuple", "set", "dict" or "None". A
 *     pickle that is no container is the dataset `data`. The attribute `format` is "converted".
 * LB_ERROR_UNSUPPORTED for other pairs. Element types: see lb_value_to_array(). */
lb_status lb_convert(const char *in, const char *out, const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
