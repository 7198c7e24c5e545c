/* SPDX-License-Identifier: MIT */
/* A study file in memory: its settings by section. */
#ifndef LB_WORKFLOW_PLAN_H
#define LB_WORKFLOW_PLAN_H

#include "lesionbench/compose.h"
#include "lesionbench/dataset.h"
#include "lesionbench/import_settings.h"
#include "lesionbench/lesions.h"
#include "lesionbench/method.h"
#include "lesionbench/pipeline.h"
#include "lesionbench/settings.h"
#include "lesionbench/slices.h"
#include "lesionbench/study.h"
#include "lesionbench/training.h"

/* One corpus to pre-train on. */
typedef struct plan_corpus {
    const char *name;   /* folder under models/ */
    size_t task;        /* lb_task */
    const char *from;   /* model to start from; NULL only where there is a task */
    const char *images; /* LB_TASK_CLASSES only: IDX, or a folder of pictures */
    const char *labels; /* LB_TASK_CLASSES only: IDX, or a folder's table; NULL: it has classes */
    size_t limit;       /* images used at most, 0 all */
    const char *finetuning_rates; /* for the degrees, condition best; NULL: searched, or
                                     finetuning's own */
    const char *matched_rates;    /* the same, condition matched */
    const char *search_rates;     /* to choose from; NULL: finetuning's own */
    lb_training_options training; /* of the pre-training */
} plan_corpus;

typedef struct plan_network {
    size_t architecture; /* index into lb_architecture_names */
    double width;
    uint64_t seed; /* of the untrained network */
} plan_network;

/* What the networks of a study are compared under. */
typedef enum plan_condition { CONDITION_BEST, CONDITION_MATCHED } plan_condition;
enum { CONDITIONS = 2 };
extern const char *const CONDITION_NAMES[CONDITIONS];

/* The accuracy that networks are matched at. */
typedef enum plan_target_kind {
    TARGET_NUMBER,
    TARGET_NONE,         /* not matched: the checkpoint's rule */
    TARGET_LOWEST,       /* the lowest of the corpora, of their best at this degree */
    TARGET_LOWEST_OF_ALL /* ... and at all degrees of this kind */
} plan_target_kind;

typedef struct plan_target {
    plan_target_kind kind;
    double accuracy; /* of TARGET_NUMBER */
} plan_target;

/* Learning rates: one, or those to choose from. */
enum { PLAN_MAX_RATES = 16 };
typedef struct plan_rates {
    size_t count;
    double rate[PLAN_MAX_RATES];
} plan_rates;

typedef struct plan_finetuning {
    const char *degrees;          /* list */
    const char *seeds;            /* list */
    const char *conditions;       /* list */
    const char *matched_accuracy; /* list: for all degrees, or one for each */
    const char *search_rates;     /* list, or NULL */
    bool fresh;                   /* training images composed afresh for every epoch */
    lb_training_options training;
} plan_finetuning;

typedef struct plan_explain {
    const char *methods;   /* list */
    const char *baselines; /* list */
    size_t correct;        /* images all models classify correctly, at most; 0 all */
    size_t wrong;          /* images each model gets wrong, at most; 0 all */
    size_t examples;       /* images whose maps are kept */
    lb_explain_options options;
} plan_explain;

/* Scans to take slices of. */
typedef struct plan_import {
    const char *paths; /* list; NULL: none */
    lb_list items;     /* of it */
    lb_import_request request;
} plan_import;

/* Versions of study files, NULL-terminated. In 0.1, which files without the key are of, [all] stood
 * for the study's eight methods. */
extern const char *const PLAN_VERSIONS[];
enum { PLAN_VERSION_0_1, PLAN_VERSION_0_2 };

struct lb_study {
    size_t version;     /* index into PLAN_VERSIONS */
    const char *slices; /* slices.h5 to use instead of a simulated cohort, or NULL */
    lb_cohort_options cohort;
    plan_import import;
    lb_lesion_options lesions;
    lb_compose_options compose;
    plan_network network;
    plan_finetuning finetuning;
    plan_explain explain;
    plan_corpus *corpora;
    size_t corpus_count;
    /* What the texts above point into. */
    char **texts;
    size_t text_count;
    /* Parsed from lists, checked at loading. */
    lb_degree degrees[8];
    size_t degree_count;
    plan_condition conditions[CONDITIONS]; /* best first */
    size_t condition_count;
    plan_target targets[8]; /* of the degrees */
    uint64_t *seeds;
    size_t seed_count;
    const lb_method **methods, **baselines;
    size_t method_count, baseline_count;
};

/* A table of settings within a section; a section may be made of several. */
typedef struct plan_part {
    const char *section;
    lb_setting_table table;
    size_t offset; /* of the tables' struct in lb_study, or in plan_corpus */
} plan_part;

enum { PLAN_PARTS = 13 };
#define PLAN_CORPORA "corpora"
#define PLAN_COHORT "cohort"
#define PLAN_IMPORT "import"

/* Whether the study has slices of its own from this section, of these two: the resolved file and
 * the keys of stages have no other. */
bool plan_has_section(const lb_study *study, const char *section);

/* All parts in the file's order; those of a section stand together. */
void plan_parts(plan_part out[PLAN_PARTS]);
/* The struct that a part's settings lie in. corpus is looked at in the section corpora alone. */
void *plan_place(lb_study *study, const plan_part *part, plan_corpus *corpus);

/* Defaults for everything but the corpora. */
void plan_defaults(lb_study *study);
void plan_corpus_defaults(plan_corpus *corpus);
/* Copies text into the study's keeping. NULL with err set. */
const char *plan_keep_text(lb_study *study, const char *text, lb_error *err);

/* Reads YAML text into the study. name: the file's, for messages. */
lb_status plan_read_yaml(lb_study *study, const char *name, const char *text, size_t length,
                         lb_error *err);
/* The line (1-based) of a key in a section of YAML text; entry counts the entries of a sequence of
 * sections, else 0. 0 where it is not there. */
unsigned plan_find_line(const char *text, const char *section, size_t entry, const char *key);
/* Turns the lists into numbers and checks what one setting alone does not show. */
lb_status plan_resolve(lb_study *study, const char *name, const char *text, lb_error *err);
/* The resolved settings of a section as YAML; corpus as in plan_place(). The caller frees it. */
char *plan_print_section(const lb_study *study, const char *section, const plan_corpus *corpus,
                         lb_error *err);

/* The learning rates of a corpus for the degree of this index: those given for the condition; or
 * else those to search, which are the same for all degrees and conditions; or else one. */
lb_status plan_learning_rates(plan_rates *out, const lb_study *study, const plan_corpus *corpus,
                              size_t degree, plan_condition condition, lb_error *err);
/* Fills conditions and targets. *key is the setting that an error is about. */
lb_status plan_resolve_conditions(lb_study *study, const char **key, lb_error *err);
/* Whether the corpus's rates can be read; the same. */
lb_status plan_check_rates(const lb_study *study, const plan_corpus *corpus, const char **key,
                           lb_error *err);

/* The embedded demo (studies/demo.yaml). */
extern const unsigned char DEMO_YAML[];
extern const size_t DEMO_YAML_LENGTH;

#endif
