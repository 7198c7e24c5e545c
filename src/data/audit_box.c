/* SPDX-License-Identifier: MIT */
/* Straight edges around the lesions: where a lesion's box was pasted with an offset, pixels on one
 * line of the box are lighter (or darker) than those on the next, all along. One line says nothing;
 * all lines of all lesions at the same distance from the lesion do. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "audit_internal.h"
#include "audit_statistics.h"
#include "lesionbench/distributions.h"

/* Pixels that are compared are so far from any lesion or distractor, whose soft edges end there,
 * and from the background, beside which tissue is darker. */
enum { FROM_LESION = 3, FROM_BACKGROUND = 4 };
static bool
is_lesion(const audit_image *in, size_t p)
{
    return in->truth[p] > 0 || (in->distractor != NULL && in->distractor[p] != 0);
}

static bool
is_background(const audit_image *in, size_t p)
{
    return !(in->image[p] > 0);
}

/* Whether one of the four neighbours is not of the set: only its outline reaches out of it. */
static bool
on_outline(bool (*in_set)(const audit_image *, size_t), const audit_image *in, size_t p)
{
    size_t y = p / in->width, x = p % in->width;
    return (y > 0 && !in_set(in, p - in->width)) ||
           (y + 1 < in->height && !in_set(in, p + in->width)) || (x > 0 && !in_set(in, p - 1)) ||
           (x + 1 < in->width && !in_set(in, p + 1));
}

static void
find_blocked(uint8_t *blocked, const audit_image *in)
{
    size_t pixels = in->height * in->width;
    for (size_t p = 0; p < pixels; p++) {
        blocked[p] = is_lesion(in, p) || is_background(in, p);
    }
    for (size_t p = 0; p < pixels; p++) {
        if (is_lesion(in, p) && on_outline(is_lesion, in, p)) {
            audit_mark_around(blocked, in, p, FROM_LESION);
        }
        if (is_background(in, p) && on_outline(is_background, in, p)) {
            audit_mark_around(blocked, in, p, FROM_BACKGROUND);
        }
    }
}

/* Adds the step from line `inside` to line `outside` (rows where axis is 0) between the places from
 * and to along them. */
static void
add_line(audit_lines *out, size_t line, const audit_image *in, const uint8_t *blocked, int axis,
         ptrdiff_t inside, ptrdiff_t outside, ptrdiff_t from, ptrdiff_t to)
{
    ptrdiff_t across = axis == 0 ? (ptrdiff_t)in->width : 1;
    ptrdiff_t along = axis == 0 ? 1 : (ptrdiff_t)in->width;
    for (ptrdiff_t q = from; q <= to; q++) {
        ptrdiff_t a = inside * across + q * along, b = outside * across + q * along;
        if (!blocked[a] && !blocked[b]) {
            out->step[line] += (double)in->image[a] - (double)in->image[b];
            out->pixels[line]++;
        }
    }
}

/* The four lines at that distance from the piece's box. */
static void
add_lines(audit_lines *out, int distance, const audit_piece *p, const audit_image *in,
          const uint8_t *blocked)
{
    const ptrdiff_t size[2] = {(ptrdiff_t)in->height, (ptrdiff_t)in->width};
    for (int axis = 0; axis < 2; axis++) {
        int other = 1 - axis;
        ptrdiff_t from = p->first[other] - distance, to = p->last[other] + distance;
        ptrdiff_t before = p->first[axis] - distance, after = p->last[axis] + distance;
        size_t line = (size_t)(distance - AUDIT_LINE_MIN);
        from = from > 0 ? from : 0;
        to = to < size[other] ? to : size[other] - 1;
        if (after - before < 2) {
            continue; /* the box is used up */
        }
        if (before >= 1 && before < size[axis]) {
            add_line(out, line, in, blocked, axis, before, before - 1, from, to);
        }
        if (after >= 0 && after + 1 < size[axis]) {
            add_line(out, line, in, blocked, axis, after, after + 1, from, to);
        }
    }
}

void
audit_box_measure(audit_lines *out, const audit_image *in, const audit_piece *pieces, size_t count,
                  uint8_t *blocked)
{
    memset(out, 0, sizeof *out);
    find_blocked(blocked, in);
    for (size_t i = 0; i < count; i++) {
        for (int d = AUDIT_LINE_MIN; d <= AUDIT_LINE_MAX; d++) {
            add_lines(out, d, pieces + i, in, blocked);
        }
    }
}

/* Edges are looked for at FIRST_EDGE to LAST_EDGE pixels outside the box; an edge is spread over
 * three lines by resizing, and compared with the two lines beyond those on either side. */
enum { SPREAD = 1, NEAR = 3, FAR = 4 };
enum { FIRST_EDGE = AUDIT_LINE_MIN + FAR, LAST_EDGE = AUDIT_LINE_MAX - FAR };
/* A line counts where so many images have pixels on it: fewer do not tell how much it varies. */
enum { EDGES = LAST_EDGE - FIRST_EDGE + 1, MIN_LINED = 15 };
static const double LIMIT = 0.01; /* the artefact of the study measures 0.015 to 0.045 */
static const double LEVEL = 0.01;

/* The mean of lines i and j, NaN where neither has pixels. */
static double
mean_step(const double steps[AUDIT_LINES], size_t i, size_t j)
{
    if (isnan(steps[i]) || isnan(steps[j])) {
        return isnan(steps[i]) ? steps[j] : steps[i];
    }
    return (steps[i] + steps[j]) / 2;
}

/* By how much the three lines around each distance step down beyond what their neighbours do, with
 * the sign given; the larger neighbourhood counts, so that a slope that grows or ends is no edge.
 */
static void
find_edges(double out[EDGES], const audit_lines *total, const size_t lined[AUDIT_LINES],
           double sign)
{
    double steps[AUDIT_LINES];
    for (size_t i = 0; i < AUDIT_LINES; i++) {
        steps[i] = lined[i] >= MIN_LINED ? sign * total->step[i] / total->pixels[i] : NAN;
    }
    for (size_t e = 0; e < EDGES; e++) {
        size_t k = e + FAR;
        double here = steps[k - SPREAD] + steps[k] + steps[k + SPREAD];
        double inner = mean_step(steps, k - FAR, k - NEAR);
        double outer = mean_step(steps, k + NEAR, k + FAR);
        double beside = isnan(inner) ? outer : isnan(outer) ? inner : fmax(inner, outer);
        /* Beside a light box's edge, one neighbourhood alone would look like a dark one's. */
        bool alone = isnan(inner) || isnan(outer);
        out[e] = alone && sign < 0 ? (double)NAN : here - 3 * beside;
    }
}

static void
subtract(audit_lines *out, const audit_lines *total, const audit_lines *one)
{
    for (size_t i = 0; i < AUDIT_LINES; i++) {
        out->step[i] = total->step[i] - one->step[i];
        out->pixels[i] = total->pixels[i] - one->pixels[i];
    }
}

/* The jackknife's standard error over images. */
static void
edge_errors(double out[EDGES], const audit_lines *total, const size_t lined[AUDIT_LINES],
            const audit_data *data, double sign)
{
    double sum[EDGES] = {0}, squares[EDGES] = {0}, n = (double)data->count;
    double centre[EDGES];
    find_edges(centre, total, lined, sign);
    for (size_t i = 0; i < data->count; i++) {
        audit_lines others;
        double edges[EDGES];
        subtract(&others, total, data->lines + i);
        find_edges(edges, &others, lined, sign);
        for (size_t e = 0; e < EDGES; e++) {
            sum[e] += edges[e] - centre[e];
            squares[e] += (edges[e] - centre[e]) * (edges[e] - centre[e]);
        }
    }
    for (size_t e = 0; e < EDGES; e++) {
        out[e] = sqrt((n - 1) / n * fmax(0, squares[e] - sum[e] * sum[e] / n));
    }
}

/* Keeps the edge that is furthest beyond the limit, in standard errors. */
static void
take_edge(lb_check *check, double *furthest, double edge, double error, size_t at, double sign)
{
    double beyond = (edge - LIMIT) / fmax(error, 1e-12);
    if (isnan(beyond) || beyond <= *furthest) {
        return;
    }
    *furthest = beyond;
    check->value = sign * edge;
    check->low = sign * edge - 1.959963984540054 * error;
    check->high = sign * edge + 1.959963984540054 * error;
    check->note[0] = '\0';
    if (edge > LIMIT) {
        snprintf(check->note, sizeof check->note, "%s by %.3f, %d pixels outside the lesions",
                 sign > 0 ? "lighter inside" : "darker inside", edge, (int)at + FIRST_EDGE);
    }
}

lb_status
audit_boxes(lb_audit *audit, const audit_data *data, lb_error *err)
{
    lb_status status = LB_OK;
    audit_lines total = {.step = {0}};
    size_t lined[AUDIT_LINES] = {0};
    double furthest = -INFINITY;
    lb_check *check = lb_audit_add(audit, 'b', "edges around lesions", "step of intensity", err);
    LB_TRY(check == NULL ? err->code : LB_OK);
    for (size_t i = 0; i < data->count; i++) {
        for (size_t k = 0; k < AUDIT_LINES; k++) {
            total.step[k] += data->lines[i].step[k];
            total.pixels[k] += data->lines[i].pixels[k];
            lined[k] += data->lines[i].pixels[k] > 0;
        }
    }
    for (int sign = 1; sign >= -1; sign -= 2) {
        double edges[EDGES], errors[EDGES];
        find_edges(edges, &total, lined, sign);
        edge_errors(errors, &total, lined, data, sign);
        for (size_t e = 0; e < EDGES; e++) {
            take_edge(check, &furthest, edges[e], errors[e], e, sign);
        }
    }
    check->uses_truth = true;
    check->chance = 0;
    check->limit = LIMIT;
    check->verdict = LB_VERDICT_SKIPPED;
    if (isfinite(furthest)) {
        check->p = fmin(1, 2 * EDGES * lb_normal_tail(furthest)); /* Bonferroni */
        check->verdict = check->p < LEVEL ? LB_VERDICT_FAIL : LB_VERDICT_PASS;
    } else {
        snprintf(check->note, sizeof check->note, "too few pixels beside lesions");
    }
cleanup:
    return status;
}
