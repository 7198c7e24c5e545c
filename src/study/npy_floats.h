/* SPDX-License-Identifier: MIT */
/* Rows of .npy files as float32, whatever numbers they are. */
#ifndef LB_STUDY_NPY_FLOATS_H
#define LB_STUDY_NPY_FLOATS_H

#include "lesionbench/npy.h"

/* out (values of a row). room holds a row of the file's own type; not used where that is LB_F32. */
lb_status npy_read_floats(float *out, lb_npy *npy, void *room, size_t row, lb_error *err);

#endif
