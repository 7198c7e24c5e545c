/* SPDX-License-Identifier: MIT */
/* A study folder as the report sees it, under one of its conditions: that one's rows of the tables
 * in memory, and a list of what is missing. */
#ifndef REPORT_FOLDER_H
#define REPORT_FOLDER_H

#include "lesionbench/base.h"
#include "lesionbench/csv.h"
#include "lesionbench/score_table.h"

enum { DEGREES = 5, STUDY_METHODS = 8, MAX_METHODS = 64, MAX_CORPORA = 6, CLASSES = 2 };
enum { NOT_KNOWN = -1 };

typedef enum selection { CORRECT = 0, WRONG = 1, SELECTIONS = 2 } selection;

/* The degrees in the study's order: "1" .. "4", "all". */
extern const char *const degree_names[DEGREES];
extern const char *const selection_names[SELECTIONS];

/* What networks are compared under; rows of tables that do not say are of the first. */
typedef enum study_condition { BEST = 0, MATCHED = 1, CONDITIONS = 2 } study_condition;
extern const char *const condition_names[CONDITIONS];

/* A method of the study folder. */
typedef struct method_entry {
    char name[48];  /* in files */
    char title[64]; /* in figures and on the page */
    bool baseline;  /* looks at the image alone */
} method_entry;
/* Fills in the title: the method's own, or where none has this name the name in words. */
void method_entry_init(method_entry *out, const char *name);
/* The name of one of the study's eight methods. Borrowed, static. */
const char *study_method(size_t index);

/* A corpus's name for people: "MRI" for mri. Borrowed. */
const char *corpus_title(const char *corpus);

/* Texts are borrowed from the folder's tables. Numbers that a table leaves empty are NaN. */
typedef struct model_row { /* tables/classification.csv */
    const char *corpus, *degree, *seed, *split;
    double images, accuracy, auroc, auprc, sensitivity, specificity, balanced_accuracy, mcc;
    double learning_rate, epochs, kept_epoch;
    const char *condition; /* "" unknown */
} model_row;

typedef struct explanation_row { /* tables/explanation.csv */
    const char *corpus, *degree, *seed, *method, *selection, *condition;
    double images, accuracy, tpr_median, tpr_q1, tpr_q3, tnr_median, chance;
} explanation_row;

/* tables/scores.csv, which is read once for all conditions. */
typedef struct report_scores {
    lb_score_table table;
    bool is_read;
    lb_status status; /* of reading */
    lb_error error;
} report_scores;

/* Rows of the table of scores that stand together. */
typedef struct score_range {
    const uint32_t *rows;
    size_t count;
} score_range;

/* What the report shows of a row, in single precision. */
typedef enum score_field {
    SCORE_TPR,
    SCORE_IMAGE,
    SCORE_LABEL,
    SCORE_TNR,
    SCORE_COMPLETENESS
} score_field;

/* A holdout image of these rows. */
typedef struct scored_image {
    int32_t image;
    signed char label; /* or NOT_KNOWN */
    bool in[SELECTIONS];
} scored_image;

typedef struct study_folder {
    const char *directory; /* borrowed */
    study_condition condition;
    const char *suffix; /* of the condition, in names of files: "" or "_matched" */
    lb_csv model_table, explanation_table;
    model_row *models;
    explanation_row *explanations;
    const lb_score_table *scores; /* borrowed */
    uint32_t *score_rows;         /* of the study's corpora and degrees alone: by selection, method,
                                   * corpus and degree, else as in the table */
    uint32_t *score_start;        /* of each such group, and the end of the last */
    scored_image *images;         /* each once, ascending */
    method_entry methods[MAX_METHODS];      /* the study's eight, further ones, then baselines */
    size_t method_count, attribution_count; /* all; without the baselines */
    size_t model_count, explanation_count, score_count, image_count;
    const char *corpora[MAX_CORPORA]; /* in the order of the tables, without the baselines */
    size_t corpus_count;
    char **missing; /* one line each: what, and what it would have shown */
    size_t missing_count;
} study_folder;

/* Files that are not there and damaged ones are noted as missing. Borrows scores, which the first
 * call reads. */
lb_status folder_load(study_folder *out, report_scores *scores, const char *directory,
                      study_condition under, lb_error *err);
void folder_release(study_folder *folder);
/* DIRECTORY/name, the caller's (lb_free); NULL with err set. */
char *folder_path(const study_folder *folder, const char *name, lb_error *err);
/* True where the table of scores has this holdout image in this selection. */
bool folder_selects(const study_folder *folder, selection chosen, size_t image);
/* True where DIRECTORY/name is there; otherwise notes it, with what it would have shown. */
lb_status folder_has(bool *out, study_folder *folder, const char *name, const char *shows,
                     lb_error *err);
/* The index in folder->methods, or NOT_KNOWN. */
int folder_method(const study_folder *folder, const char *name);
/* What a damaged file gives: notes err's message and returns LB_OK. Other failures stay. */
lb_status folder_forgive(lb_status status, study_folder *folder, lb_error *err);
/* The scores of one box. */
score_range folder_scores(const study_folder *folder, size_t corpus, size_t degree, size_t method,
                          selection chosen);
/* NaN where the table leaves it empty. */
float folder_score(const study_folder *folder, uint32_t row, score_field field);
/* The label of a row's image, or NOT_KNOWN. */
int folder_label(const study_folder *folder, uint32_t row);
/* Notes the formatted line, once. */
lb_status folder_miss(study_folder *folder, lb_error *err, const char *format, ...) LB_PRINTF(3, 4);

/* Means over the seeds of one corpus, degree and method. */
typedef struct cell {
    size_t seeds; /* 0: nothing known, numbers are NaN */
    double images, accuracy, median, q1, q3, chance;
} cell;
cell folder_cell(const study_folder *folder, const char *corpus, const char *degree,
                 const char *method, selection chosen);
/* The index of the control (a map of the image alone) with the highest median TPR, the first of
 * equals; NOT_KNOWN where there is none. */
int strongest_control(const study_folder *folder, selection chosen);
/* True where a network was explained with this method. */
bool folder_explains_with(const study_folder *folder, const char *method);
/* Mean holdout accuracy over seeds; NaN where unknown. */
double folder_accuracy(const study_folder *folder, const char *corpus, const char *degree);

#endif
