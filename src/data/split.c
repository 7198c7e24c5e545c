/* SPDX-License-Identifier: MIT */
/* Subjects to splits. Every subject, in random order, goes where most slices are missing, counted
 * both within its sex and over all: the first keeps the sexes balanced, the second the sizes. */
#include <math.h>

#include "lesionbench/dataset.h"
#include "lesionbench/random.h"
#include "lesionbench/slices.h"

enum { SEXES = 3 }; /* with unknown */

/* What of one subject decides where it goes. */
typedef struct member {
    size_t slices;
    size_t sex; /* 0 .. SEXES - 1 */
} member;

static void
count_slices(member *members, const lb_slices *slices)
{
    for (size_t i = 0; i < lb_slices_count(slices); i++) {
        const lb_slice_info *info = lb_slices_at(slices, i);
        members[info->subject].slices++;
        members[info->subject].sex = (size_t)(info->sex - LB_SEX_UNKNOWN);
    }
}

static lb_status
check_shares(double *total, const double share[LB_SPLITS], size_t subjects, lb_error *err)
{
    size_t used = 0;
    *total = 0;
    for (int split = 0; split < LB_SPLITS; split++) {
        if (!(share[split] >= 0 && isfinite(share[split]))) {
            return lb_fail(err, LB_ERROR_ARGUMENT, "the share %g of split '%s' is not a share",
                           share[split], lb_split_name((lb_split)split));
        }
        *total += share[split];
        used += share[split] > 0;
    }
    if (used == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "no split has a share of the subjects");
    }
    if (subjects < used) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%zu subjects cannot fill %zu splits: use slices of more subjects", subjects,
                       used);
    }
    return LB_OK;
}

/* missing[SEXES] is of all sexes together. */
typedef struct balance {
    double missing[SEXES + 1][LB_SPLITS];
    size_t subjects[LB_SPLITS];
} balance;

static void
plan(balance *b, const member *members, size_t count, const double share[LB_SPLITS], double total)
{
    for (size_t i = 0; i < count; i++) {
        for (int split = 0; split < LB_SPLITS; split++) {
            double wanted = share[split] / total * (double)members[i].slices;
            b->missing[members[i].sex][split] += wanted;
            b->missing[SEXES][split] += wanted;
        }
    }
}

static void
assign(uint8_t *out, balance *b, const member *m, const double share[LB_SPLITS])
{
    int best = -1;
    double max = 0;
    for (int split = 0; split < LB_SPLITS; split++) {
        double missing = b->missing[m->sex][split] + b->missing[SEXES][split];
        if (share[split] > 0 && (best < 0 || missing > max)) {
            best = split;
            max = missing;
        }
    }
    b->missing[m->sex][best] -= (double)m->slices;
    b->missing[SEXES][best] -= (double)m->slices;
    b->subjects[best]++;
    *out = (uint8_t)best;
}

/* A split with a small share may have been left out: it gets the last subject of the largest. */
static void
fill_empty(uint8_t *out, balance *b, const size_t *order, size_t count,
           const double share[LB_SPLITS])
{
    for (int split = 0; split < LB_SPLITS; split++) {
        if (share[split] <= 0 || b->subjects[split] > 0) {
            continue;
        }
        int largest = 0;
        for (int other = 1; other < LB_SPLITS; other++) {
            largest = b->subjects[other] > b->subjects[largest] ? other : largest;
        }
        size_t i = count;
        while (out[order[--i]] != largest) {
        }
        out[order[i]] = (uint8_t)split;
        b->subjects[largest]--;
        b->subjects[split]++;
    }
}

lb_status
lb_split_subjects(uint8_t *out, const lb_slices *slices, const double share[3], uint64_t seed,
                  lb_error *err)
{
    lb_status status = LB_OK;
    member *members = NULL;
    size_t *order = NULL;
    double total = 0;
    size_t count = lb_slices_subjects(slices);
    LB_TRY(check_shares(&total, share, count, err));
    LB_ALLOC(members, count);
    LB_ALLOC(order, count);
    count_slices(members, slices);
    for (size_t i = 0; i < count; i++) {
        order[i] = i;
    }
    lb_random random;
    lb_random_init(&random, seed, LB_PURPOSE_SPLIT, 0);
    lb_random_shuffle(&random, order, count);
    balance b = {0};
    plan(&b, members, count, share, total);
    for (size_t i = 0; i < count; i++) {
        assign(out + order[i], &b, members + order[i], share);
    }
    fill_empty(out, &b, order, count, share);
cleanup:
    lb_free(order);
    lb_free(members);
    return status;
}
