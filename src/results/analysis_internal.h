/* SPDX-License-Identifier: MIT */
/* What the tables of lb_analyse() are made from. */
#ifndef LB_RESULTS_ANALYSIS_INTERNAL_H
#define LB_RESULTS_ANALYSIS_INTERNAL_H

#include "paired_test.h"

typedef enum series_kind {
    KIND_MODEL,    /* a method on a trained network */
    KIND_BASELINE, /* a map that knows no network, of a network's list or beside all */
    KIND_UNTRAINED /* a method on a network that learnt nothing */
} series_kind;

typedef struct analysis {
    const series_table *table;
    const char *directory;
    series_kind *kinds; /* (series) */
    uint32_t *found[2]; /* (series) each; scratch of find_series() */
    paired_test compare;
    const lb_context *context;
} analysis;

#define ANY UINT32_MAX

/* Series from first to end (exclusive) of one condition and selection. */
typedef struct group {
    size_t first, end;
    const char *condition, *selection;
} group;

/* The next group at or behind `first`; false where there is none. */
bool next_group(group *out, const analysis *f, size_t first);

/* Which series of a group: ANY for whatever. */
typedef struct query {
    series_kind kind;
    uint32_t corpus, degree, method, seed;
} query;

/* Into f->found[side]. */
series_list find_series(analysis *f, int side, const group *where, query wanted);

/* The indices that occur among the group's series that fit, in order, of what `which` tells:
 * corpora, degrees or methods. out: room for all of them. */
typedef enum name_kind { NAME_CORPUS, NAME_DEGREE, NAME_METHOD } name_kind;
size_t list_names(uint32_t *out, const analysis *f, const group *where, query wanted,
                  name_kind which);

/* "pooled": over all degrees. */
extern const char POOLED[];

/* Fails where scores were to be compared and cannot be. any_accuracy: one is of a model of them. */
lb_status check_pairs(const analysis *f, const lb_analysis_inputs *inputs, bool any_accuracy,
                      lb_error *err);

/* The tables, each written to its files. */
lb_status write_summary(analysis *f, lb_error *err);
lb_status write_ranking(analysis *f, lb_error *err);
lb_status write_controls(analysis *f, lb_error *err);
lb_status write_methods(analysis *f, lb_error *err);
lb_status write_corpora(analysis *f, lb_error *err);
lb_status write_accuracy(analysis *f, lb_error *err);
lb_status write_corpus_effect(analysis *f, lb_error *err);
lb_status write_variance(analysis *f, lb_error *err);
lb_status write_agreement(analysis *f, lb_error *err);
lb_status write_map_agreement(const lb_analysis_inputs *inputs, const char *directory,
                              const lb_context *context, lb_error *err);

#endif
