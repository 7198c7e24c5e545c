/* SPDX-License-Identifier: MIT */
/* A model's name as attributes of an HDF5 file's root. */
#ifndef LB_RESULTS_MODEL_NAME_H
#define LB_RESULTS_MODEL_NAME_H

#include "lesionbench/h5.h"
#include "lesionbench/predictions.h"

lb_status model_name_save(lb_h5 *file, const lb_model_name *name, lb_error *err);
/* What the file does not have stays "". */
lb_status model_name_load(lb_model_name *out, lb_h5 *file, lb_error *err);
/* A text attribute of the root; "" where there is none. */
lb_status root_text_load(char *out, size_t size, lb_h5 *file, const char *key, lb_error *err);

#endif
