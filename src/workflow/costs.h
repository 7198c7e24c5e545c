/* SPDX-License-Identifier: MIT */
/* The costs of stages, beside those in kinds.h. */
#ifndef LB_WORKFLOW_COSTS_H
#define LB_WORKFLOW_COSTS_H

#include "plan.h"

/* Max number of explained images. */
double explained_images(const lb_study *study);
/* Bytes of a model's file. */
double model_bytes(const lb_study *study);

#endif
