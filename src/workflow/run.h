/* SPDX-License-Identifier: MIT */
/* lb_study_run() and lb_study_plan() with kinds of stages that a test can give. */
#ifndef LB_WORKFLOW_RUN_H
#define LB_WORKFLOW_RUN_H

#include "stages.h"

lb_status study_run(const lb_study *study, const stage_kind *kinds, const char *directory,
                    const lb_study_options *options, lb_study_summary *summary,
                    const lb_study_listener *listener, const lb_context *context, lb_error *err);
lb_status study_plan(const lb_study *study, const stage_kind *kinds, const char *directory,
                     const lb_study_listener *listener, lb_error *err);

#endif
