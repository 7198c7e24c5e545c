/* SPDX-License-Identifier: MIT */
/* What the stages of a study take beside what kinds.h says. */
#ifndef LB_WORKFLOW_COSTS_H
#define LB_WORKFLOW_COSTS_H

#include "plan.h"

/* Images that are explained, at most. */
double explained_images(const lb_study *study);
/* Bytes of a model's file. */
double model_bytes(const lb_study *study);

#endif
