/* SPDX-License-Identifier: MIT */
/* What an analysis reads of scores.csv. */
#include "lesionbench/analysis.h"

lb_status
lb_analysis_read_scores(lb_score_table *out, const lb_analysis_inputs *inputs, const char *metric,
                        bool with_labels, const lb_context *context, lb_error *err)
{
    const lb_score_wanted columns[] = {
        {"condition", LB_SCORE_TEXT, true}, {"selection", LB_SCORE_TEXT, false},
        {"corpus", LB_SCORE_TEXT, false},   {"degree", LB_SCORE_TEXT, false},
        {"method", LB_SCORE_TEXT, false},   {"seed", LB_SCORE_TEXT, false},
        {"image", LB_SCORE_IMAGE, false},   {"subject", LB_SCORE_SUBJECT, true},
        {metric, LB_SCORE_FINITE, false},   {"label", LB_SCORE_NUMBER, false}};
    enum { COUNT = sizeof columns / sizeof *columns };
    lb_status status = LB_OK;
    lb_score_table read = {0};
    lb_score_request request = {.columns = columns, .count = with_labels ? COUNT : COUNT - 1};
    for (size_t i = 0; i < inputs->score_count; i++) {
        request.method = inputs->methods != NULL ? inputs->methods[i] : NULL;
        LB_TRY(lb_score_table_read(&read, inputs->scores[i], &request, context, err));
    }
    *out = read;
    read = (lb_score_table){0};
cleanup:
    lb_score_table_release(&read);
    return status;
}
