/* SPDX-License-Identifier: MIT */
/* A study as a list of stages, each from files to files, and what each is made from as a key. */
#ifndef LB_STUDY_STAGES_H
#define LB_STUDY_STAGES_H

#include "plan.h"

typedef struct stage stage;
typedef struct stage_list stage_list;
typedef lb_status (*stage_function)(const stage_list *list, const stage *self,
                                    const lb_context *context, lb_error *err);

enum { MAX_OUTPUTS = 2 };
#define NO_MODEL SIZE_MAX

struct stage {
    const char *kind; /* "finetune" */
    char name[160];   /* "finetune/mri/degree_1_seed_0" */
    stage_function run;
    uint64_t key;
    size_t corpus, degree, seed; /* indices in the plan, where the stage has them */
    size_t rate;                 /* index in the corpus's rates, of a stage of the search ... */
    double learning_rate;        /* ... which is this */
    plan_condition condition;    /* of stages that have one */
    size_t model;                /* 0.. for stages of one fine-tuned model, else NO_MODEL */
    char *outputs[MAX_OUTPUTS];  /* paths, the first always set */
    double seconds;
    bool done, skipped;
    bool beside_others; /* stages of this kind may run at the same time */
};

struct stage_list {
    const lb_study *study;
    const lb_study_listener *listener; /* hears what a stage has to say; may be NULL */
    char *directory;
    size_t count, capacity;
    stage *stages;
    size_t models; /* fine-tuned ones: conditions x corpora x degrees x seeds, in this order */
    /* Where the stages of each kind start; those of models are in the models' order, untrained and
     * baseline have one for each condition. */
    size_t slices, lesions, dataset, pretrain, search, finetune, predict, evaluate, explain,
        untrained, baseline, tables, compare, report;
};

/* Reads the files from outside that stages start from, to know whether they have changed. */
lb_status stages_make(stage_list *out, const lb_study *study, const char *directory, lb_error *err);
void stages_release(stage_list *list);
/* The output of a stage. Borrowed. */
const char *stage_path(const stage_list *list, size_t index, size_t output);

/* Marks the stages that manifest.json knows as done, with the same key and all outputs there.
 * *peak: the peak memory it tells of. A manifest that is missing or unreadable marks none. */
lb_status stages_read_manifest(stage_list *list, size_t *peak, lb_error *err);
lb_status stages_write_manifest(const stage_list *list, size_t peak, lb_error *err);

/* Models of one condition. */
size_t stages_models(const lb_study *study);
/* A model's index, by indices in the plan. */
size_t stages_model(const lb_study *study, size_t condition, size_t corpus, size_t degree,
                    size_t seed);
/* Adds the stages of models, up to their explanations: stages_models.c. */
lb_status stages_add_models(stage_list *list, lb_error *err);

/* The stages' work: stage_data.c, stage_train.c, stage_explain.c. */
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

#endif
