/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lesionbench/segment.h"

/* Pieces of equal label, joined by and by. Each is the list of its pixels. */
typedef struct pieces {
    size_t height, width, pixels, count, left; /* left: not joined to another */
    int32_t *piece;                            /* (pixels) of each pixel, as first found */
    size_t *next;                              /* (pixels) in the list, SIZE_MAX at its end */
    size_t *head, *tail, *size;                /* (count) */
    size_t *into;                              /* (count) the piece joined to; itself where none */
    size_t *border;                            /* (count) scratch, all 0 between uses */
    size_t *touched;                           /* (count) scratch */
} pieces;

static void
pieces_release(pieces *p)
{
    lb_free(p->touched);
    lb_free(p->border);
    lb_free(p->into);
    lb_free(p->size);
    lb_free(p->tail);
    lb_free(p->head);
    lb_free(p->next);
    lb_free(p->piece);
}

/* The 4 neighbours of a pixel within the image; returns their number. */
static size_t
neighbours(size_t out[4], const pieces *p, size_t at)
{
    size_t n = 0, x = at % p->width;
    if (at >= p->width) {
        out[n++] = at - p->width;
    }
    if (x > 0) {
        out[n++] = at - 1;
    }
    if (x + 1 < p->width) {
        out[n++] = at + 1;
    }
    if (at + p->width < p->pixels) {
        out[n++] = at + p->width;
    }
    return n;
}

/* Fills the piece that starts at a pixel; p->next serves as the queue. */
static void
fill_piece(pieces *p, const int32_t *labels, size_t start)
{
    size_t around[4], last = start;
    int32_t number = (int32_t)p->count++;
    p->piece[start] = number;
    p->next[start] = SIZE_MAX;
    for (size_t at = start; at != SIZE_MAX; at = p->next[at]) {
        size_t n = neighbours(around, p, at);
        for (size_t k = 0; k < n; k++) {
            if (p->piece[around[k]] < 0 && labels[around[k]] == labels[start]) {
                p->piece[around[k]] = number;
                p->next[last] = around[k];
                p->next[around[k]] = SIZE_MAX;
                last = around[k];
            }
        }
    }
}

static lb_status
find_pieces(pieces *p, const int32_t *labels, size_t height, size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    *p = (pieces){.height = height, .width = width, .pixels = height * width};
    LB_ALLOC(p->piece, p->pixels);
    LB_ALLOC(p->next, p->pixels);
    memset(p->piece, 0xff, p->pixels * sizeof *p->piece);
    for (size_t at = 0; at < p->pixels; at++) {
        if (p->piece[at] < 0) {
            fill_piece(p, labels, at);
        }
    }
    LB_ALLOC(p->head, p->count);
    LB_ALLOC(p->tail, p->count);
    LB_ALLOC(p->size, p->count);
    LB_ALLOC(p->into, p->count);
    LB_ALLOC(p->border, p->count);
    LB_ALLOC(p->touched, p->count);
    p->left = p->count;
    for (size_t at = p->pixels; at-- > 0;) {
        size_t number = (size_t)p->piece[at];
        p->head[number] = at; /* pieces start at their first pixel */
        p->tail[number] = p->next[at] == SIZE_MAX ? at : p->tail[number];
        p->size[number]++;
        p->into[number] = number;
    }
cleanup:
    return status;
}

static size_t
find_root(pieces *p, size_t number)
{
    while (p->into[number] != number) {
        p->into[number] = p->into[p->into[number]];
        number = p->into[number];
    }
    return number;
}

/* The piece with which a piece shares the longest border, of equals the one found first. */
static size_t
nearest_piece(pieces *p, size_t number)
{
    size_t around[4], count = 0, best = number;
    for (size_t at = p->head[number]; at != SIZE_MAX; at = p->next[at]) {
        size_t n = neighbours(around, p, at);
        for (size_t k = 0; k < n; k++) {
            size_t other = find_root(p, (size_t)p->piece[around[k]]);
            if (other != number && p->border[other]++ == 0) {
                p->touched[count++] = other;
            }
        }
    }
    for (size_t k = 0; k < count; k++) {
        if (best == number || p->border[p->touched[k]] > p->border[best]) {
            best = p->touched[k];
        }
    }
    for (size_t k = 0; k < count; k++) {
        p->border[p->touched[k]] = 0;
    }
    return best;
}

static void
join(pieces *p, size_t number, size_t to)
{
    p->next[p->tail[to]] = p->head[number];
    p->tail[to] = p->tail[number];
    p->size[to] += p->size[number];
    p->into[number] = to;
    p->left--;
}

lb_status
lb_merge_small_regions(int32_t *labels, size_t *count, size_t height, size_t width, size_t min,
                       lb_error *err)
{
    lb_status status = LB_OK;
    pieces p = {.count = 0};
    LB_TRY(find_pieces(&p, labels, height, width, err));
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t number = 0; number < p.count; number++) {
            if (p.into[number] == number && p.size[number] < min && p.left > 1) {
                join(&p, number, nearest_piece(&p, number));
                changed = true;
            }
        }
    }
    int32_t found = 0;
    memset(p.border, 0, p.count * sizeof *p.border); /* new label + 1 */
    for (size_t at = 0; at < p.pixels; at++) {
        size_t root = find_root(&p, (size_t)p.piece[at]);
        if (p.border[root] == 0) {
            p.border[root] = (size_t)++found;
        }
        labels[at] = (int32_t)p.border[root] - 1;
    }
    *count = (size_t)found;
cleanup:
    pieces_release(&p);
    return status;
}
