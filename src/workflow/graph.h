/* SPDX-License-Identifier: MIT */
/* Stages as a graph. A stage makes files from the files of other stages and from external files.
 * Its key is a hash of the kind's revision, the settings and the keys of the inputs. */
#ifndef LB_WORKFLOW_GRAPH_H
#define LB_WORKFLOW_GRAPH_H

#include "plan.h"

typedef struct stage stage;
typedef struct stage_list stage_list;
typedef lb_status (*stage_function)(const stage_list *list, const stage *self,
                                    const lb_context *context, lb_error *err);

typedef enum stage_threads {
    STAGE_ANY_THREADS, /* the results do not depend on the number of threads: it takes what is free
                        */
    /* The results depend on the number of threads. Stages of this kind take one thread each and run
     * side by side; a stage that is alone in its kind takes all threads. */
    STAGE_ONE_THREAD
} stage_threads;

/* A kind of stage. */
typedef struct stage_kind {
    const char *name; /* "finetune" */
    stage_function run;
    /* Raise it by one when the same inputs and settings give other results: the stages of this kind
     * and what follows from them are then made anew in folders that are there. */
    unsigned revision;
    stage_threads threads;
    /* Estimates: bytes of memory, and seconds on one core; NULL: hardly any. */
    double (*memory)(const stage_list *list, const stage *self);
    double (*seconds)(const stage_list *list, const stage *self);
} stage_kind;

#define NO_STAGE SIZE_MAX
typedef struct stage_input {
    size_t stage; /* index in the list, ... */
    char *file;   /* ... or NO_STAGE and a file or folder from outside */
    uint64_t key; /* of the file; a stage has its own */
} stage_input;

typedef enum stage_state {
    STAGE_TO_DO,  /* the folder has no record of it */
    STAGE_DONE,   /* the record fits and the outputs are there */
    STAGE_CHANGED /* the record does not fit: stage.reason says why */
} stage_state;

enum { MAX_OUTPUTS = 2 };
#define NO_MODEL SIZE_MAX

struct stage {
    const stage_kind *kind;
    char name[160]; /* "finetune/mri/degree_1_seed_0" */
    char *settings; /* lines "name: value" */
    stage_input *inputs;
    size_t input_count;
    uint64_t key;               /* graph_keys() */
    char *outputs[MAX_OUTPUTS]; /* paths, the first always set */
    stage_state state;          /* as the folder was before the run */
    char reason[240];           /* of STAGE_CHANGED */
    bool inputs_changed;        /* of STAGE_CHANGED: the reason is an input that is another stage */
    bool done;                  /* now */
    double seconds;
    /* A study's: indices in the plan, where the stage has them. */
    size_t corpus, degree, seed;
    size_t rate;              /* index in the corpus's rates, of a stage of the search ... */
    double learning_rate;     /* ... which is this */
    plan_condition condition; /* of stages that have one */
    size_t model;             /* 0.. for stages of one fine-tuned model, else NO_MODEL */
};

/* Appends a stage called kind/detail (detail may be ""), with its outputs in the list's folder
 * (second may be NULL). */
lb_status stage_add(stage_list *list, const stage_kind *kind, const char *detail, const char *first,
                    const char *second, lb_error *err);
/* The list's last stage. Borrowed until the next one is added. */
stage *stage_last(stage_list *list);
/* Adds "name: value" to the settings. */
lb_status stage_add_setting(stage *one, const char *name, const char *value, lb_error *err);
/* Adds to the settings: lines of YAML; indentation, and the dash of an entry, are taken off. */
lb_status stage_add_settings(stage *one, const char *lines, lb_error *err);
/* The value of every setting of a table but of those named; NULL ends the names. */
lb_status stage_add_table(stage *one, const void *target, lb_setting_table table,
                          const char *const *but, lb_error *err);
/* Adds another stage, by index, as an input; twice is once. */
lb_status stage_needs(stage *one, size_t index, lb_error *err);
lb_status stage_needs_range(stage *one, size_t first, size_t end, lb_error *err);
/* Adds a file or folder from outside, whose content has this key. */
lb_status stage_needs_file(stage *one, const char *path, uint64_t key, lb_error *err);

/* out (count): the stages in an order in which each follows its inputs, else in the list's order.
 * LB_ERROR_ARGUMENT: a cycle, or inputs that are not stages. */
lb_status graph_sort(size_t *out, const stage_list *list, lb_error *err);
/* Computes all keys. */
lb_status graph_keys(stage_list *list, lb_error *err);
/* The name of an input: the stage's, or the path. Borrowed. */
const char *stage_input_name(const stage_list *list, const stage_input *input);
uint64_t stage_input_key(const stage_list *list, const stage_input *input);

uint64_t key_add_text(uint64_t key, const char *text);
uint64_t key_add_key(uint64_t key, uint64_t input);

#endif
