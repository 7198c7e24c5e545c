/* SPDX-License-Identifier: MIT */
/* The kinds of a study's stages: their work and their costs. */
#ifndef LB_WORKFLOW_KINDS_H
#define LB_WORKFLOW_KINDS_H

#include "stages.h"

/* (STAGE_KINDS) borrowed */
const stage_kind *study_kinds(void);

/* Their work: stage_data.c, stage_train.c, stage_explain.c, stage_compare.c. */
lb_status run_slices(const stage_list *, const stage *, const lb_context *, lb_error *);
lb_status run_lesions(const stage_list *, const stage *, const lb_context *, lb_error *);
lb_status run_dataset(const stage_list *, const stage *, const lb_context *, lb_error *);
lb_status run_pretrain(const stage_list *, const stage *, const lb_context *, lb_error *);
lb_status run_search(const stage_list *, const stage *, const lb_context *, lb_error *);
lb_status run_finetune(const stage_list *, const stage *, const lb_context *, lb_error *);
lb_status run_match(const stage_list *, const stage *, const lb_context *, lb_error *);
lb_status run_predict(const stage_list *, const stage *, const lb_context *, lb_error *);
lb_status run_evaluate(const stage_list *, const stage *, const lb_context *, lb_error *);
lb_status run_explain(const stage_list *, const stage *, const lb_context *, lb_error *);
lb_status run_tables(const stage_list *, const stage *, const lb_context *, lb_error *);
lb_status run_compare(const stage_list *, const stage *, const lb_context *, lb_error *);
lb_status run_report(const stage_list *, const stage *, const lb_context *, lb_error *);

/* What it takes: costs.c. */
double memory_of_data(const stage_list *, const stage *);
double memory_of_pretraining(const stage_list *, const stage *);
double memory_of_training(const stage_list *, const stage *);
double memory_of_prediction(const stage_list *, const stage *);
double memory_of_explanation(const stage_list *, const stage *);
double seconds_of_pretraining(const stage_list *, const stage *);
double seconds_of_training(const stage_list *, const stage *);
double seconds_of_prediction(const stage_list *, const stage *);
double seconds_of_explanation(const stage_list *, const stage *);

#endif
