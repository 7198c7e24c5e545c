/* SPDX-License-Identifier: MIT */
#include "scoring_team.h"

#include <omp.h>
#include <string.h>

enum { MOST_WAITING = 64, MOST_VALUES = 1 << 23 };

lb_status
scoring_team_create(scoring_team *out, lb_score_rows *rows, const lb_scoring *scoring,
                    size_t height, size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    size_t values = 0;
    scoring_team made = {
        .rows = rows, .scoring = scoring, .threads = (size_t)omp_get_max_threads()};
    LB_TRY(lb_multiply(&made.pixels, height, width, err));
    made.room = made.pixels > 0 ? MOST_VALUES / made.pixels : 1;
    made.room = made.room < made.threads ? made.threads : made.room;
    made.room = made.room > MOST_WAITING ? MOST_WAITING : made.room;
    LB_TRY(lb_multiply(&values, made.room, made.pixels, err));
    LB_ALLOC(made.map, values);
    LB_ALLOC(made.truth, values);
    LB_ALLOC(made.row, made.room);
    LB_ALLOC(made.is_wide, made.room);
    LB_ALLOC(made.scorers, made.threads);
    for (size_t t = 0; t < made.threads; t++) {
        LB_TRY(lb_scorer_create(&made.scorers[t], height, width, err));
    }
    *out = made;
    return LB_OK;
cleanup:
    scoring_team_release(&made);
    return status;
}

void
scoring_team_release(scoring_team *team)
{
    for (size_t t = 0; team->scorers != NULL && t < team->threads; t++) {
        lb_scorer_free(team->scorers[t]);
    }
    lb_free(team->scorers);
    lb_free(team->row);
    lb_free(team->is_wide);
    lb_free(team->wide);
    lb_free(team->truth);
    lb_free(team->map);
    *team = (scoring_team){0};
}

float *
scoring_team_map(scoring_team *team)
{
    team->is_wide[team->count] = false;
    return team->map + team->count * team->pixels;
}

lb_status
scoring_team_map_double(double **out, scoring_team *team, lb_error *err)
{
    lb_status status = LB_OK;
    if (team->wide == NULL) {
        LB_ALLOC(team->wide, team->room * team->pixels);
    }
    team->is_wide[team->count] = true;
    *out = team->wide + team->count * team->pixels;
cleanup:
    return status;
}

float *
scoring_team_truth(scoring_team *team)
{
    return team->truth + team->count * team->pixels;
}

/* As lb_certify_map(); the map has been scored and is finite. */
static void
certify_doubles(lb_certificate *certificate, const double *map, size_t pixels)
{
    size_t zero = 0;
    for (size_t p = 0; p < pixels; p++) {
        zero += map[p] == 0;
    }
    certificate->nan_share = 0;
    certificate->zero_share = (double)zero / (double)pixels;
}

static lb_status
score_one(scoring_team *team, size_t place, lb_scorer *scorer, lb_error *err)
{
    lb_status status = LB_OK;
    lb_map_score score;
    const lb_scoring *how = team->scoring;
    lb_score_row *row = &team->rows->rows[team->row[place]];
    LB_TRY(lb_scorer_set_truth(scorer, team->truth + place * team->pixels, err));
    if (team->is_wide[place]) {
        const double *map = team->wide + place * team->pixels;
        LB_TRY(lb_scorer_score_double(&score, scorer, map, how->metrics, how->ties, err));
        certify_doubles(&row->certificate, map, team->pixels);
    } else {
        const float *map = team->map + place * team->pixels;
        LB_TRY(lb_scorer_score(&score, scorer, map, how->metrics, how->ties, err));
        lb_certify_map(&row->certificate, map, team->pixels);
    }
    row->score = score.counts;
    memcpy(row->metric, score.value, sizeof row->metric);
    row->certificate.ties = score.counts.ties;
cleanup:
    return status;
}

lb_status
scoring_team_flush(scoring_team *team, lb_error *err)
{
    size_t failed = SIZE_MAX;
#pragma omp parallel for schedule(dynamic) num_threads((int)team->threads)
    for (size_t i = 0; i < team->count; i++) {
        lb_error own;
        if (score_one(team, i, team->scorers[omp_get_thread_num()], &own) != LB_OK) {
#pragma omp critical
            if (i < failed) {
                failed = i;
                *err = own;
            }
        }
    }
    team->count = 0;
    if (failed != SIZE_MAX) {
        const lb_score_row *row = &team->rows->rows[team->row[failed]];
        return lb_fail_context(err, "image %u, method %s", (unsigned)row->image, row->method);
    }
    return LB_OK;
}

lb_status
scoring_team_push(scoring_team *team, lb_error *err)
{
    team->row[team->count++] = team->rows->count - 1;
    return team->count == team->room ? scoring_team_flush(team, err) : LB_OK;
}
