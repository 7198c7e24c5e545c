/* SPDX-License-Identifier: MIT */
/* The stages of a study. */
#ifndef LB_WORKFLOW_STAGES_H
#define LB_WORKFLOW_STAGES_H

#include "graph.h"

/* The kinds of a study's stages, in the order of the stages. */
enum {
    KIND_SLICES,
    KIND_LESIONS,
    KIND_DATASET,
    KIND_PRETRAIN,
    KIND_SEARCH,
    KIND_FINETUNE,
    KIND_MATCH,
    KIND_PREDICT,
    KIND_EVALUATE,
    KIND_EXPLAIN,
    KIND_TABLES,
    KIND_COMPARE,
    KIND_REPORT,
    STAGE_KINDS
};

struct stage_list {
    char *directory;
    size_t count, capacity;
    stage *stages;
    /* A study's. */
    const stage_kind *kinds; /* (STAGE_KINDS) borrowed */
    const lb_study *study;
    const lb_study_listener *listener; /* hears what a stage has to say; may be NULL */
    size_t models; /* fine-tuned ones: conditions x corpora x degrees x seeds, in this order */
    /* Where the stages of each kind start; those of models are in the models' order, untrained and
     * baseline have one for each condition. */
    size_t slices, lesions, dataset, pretrain, search, finetune, predict, evaluate, explain,
        untrained, baseline, tables, compare, report;
};

/* A list without stages, for so many at most. */
lb_status stage_list_init(stage_list *out, const char *directory, size_t capacity, lb_error *err);
/* kinds: study_kinds(), or a test's. Reads the files from outside that stages start from, to know
 * whether they have changed. */
lb_status stages_make(stage_list *out, const lb_study *study, const stage_kind *kinds,
                      const char *directory, lb_error *err);
void stages_release(stage_list *list);
/* The output of a stage. Borrowed. */
const char *stage_path(const stage_list *list, size_t index, size_t output);
bool stage_is(const stage_list *list, const stage *one, size_t kind);
/* All lines of a section of the study file become settings of the stage; corpus as in
 * plan_print_section(). */
lb_status stage_add_section(stage *one, const lb_study *study, const char *section,
                            const plan_corpus *corpus, lb_error *err);

/* Models of one condition. */
size_t stages_models(const lb_study *study);
/* A model's index, by indices in the plan. */
size_t stages_model(const lb_study *study, size_t condition, size_t corpus, size_t degree,
                    size_t seed);
/* Adds the stages of models, up to their explanations: stages_models.c. */
lb_status stages_add_models(stage_list *list, lb_error *err);

#endif
