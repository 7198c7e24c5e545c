/* SPDX-License-Identifier: MIT */
/* Files of other programs as files that everything reads. */
#ifndef LESIONBENCH_CONVERT_H
#define LESIONBENCH_CONVERT_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Converts a file. The endings of the names decide:
 *   .npy to .h5 or .hdf5: the dataset `data`;
 *   .pkl or .pickle to .npy: a pickle of one array, tensor, number or list of numbers;
 *   .pkl or .pickle to .h5 or .hdf5:
 *     lists, tuples, sets    groups with the members `0`, `1`, ...
 *     dicts                  groups with their keys (strings and integers) as members
 *     arrays, tensors, numbers, strings    datasets
 *     lists of numbers or of strings       datasets of one axis
 *     bytes                  uint8 datasets
 *     None                   an empty group
 *     A group has the attribute `kind`: "list", "tuple", "set", "dict" or "None". A pickle that is
 *     not a container is the dataset `data`. The attribute `format` is "converted".
 * LB_ERROR_UNSUPPORTED for other pairs. Element types: see lb_value_to_array(). */
lb_status lb_convert(const char *in, const char *out, const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
