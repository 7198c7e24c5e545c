/* SPDX-License-Identifier: MIT */
/* Where the lesions of an image are. */
#include <string.h>

#include "audit_internal.h"

#include "lesionbench/image.h"

void
audit_mark_around(uint8_t *out, const audit_image *in, size_t at, int distance)
{
    ptrdiff_t height = (ptrdiff_t)in->height, width = (ptrdiff_t)in->width;
    ptrdiff_t y = (ptrdiff_t)at / width, x = (ptrdiff_t)at % width;
    for (int dy = 1 - distance; dy < distance; dy++) {
        for (int dx = 1 - distance; dx < distance; dx++) {
            bool near = dy * dy + dx * dx < distance * distance;
            if (near && y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width) {
                out[(y + dy) * width + x + dx] = 1;
            }
        }
    }
}

static void
add_pixel(audit_piece *one, ptrdiff_t row, ptrdiff_t column)
{
    const ptrdiff_t place[2] = {row, column};
    for (int axis = 0; axis < 2; axis++) {
        one->first[axis] = place[axis] < one->first[axis] ? place[axis] : one->first[axis];
        one->last[axis] = place[axis] > one->last[axis] ? place[axis] : one->last[axis];
        one->sum[axis] += (double)place[axis];
    }
    one->pixels++;
}

lb_status
audit_find_pieces(audit_piece *out, size_t *count, const audit_image *in, audit_scratch *scratch,
                  lb_error *err)
{
    lb_status status = LB_OK;
    size_t pixels = in->height * in->width;
    memset(scratch->mask, 0, pixels);
    for (size_t p = 0; p < pixels; p++) {
        if (in->truth[p] > 0) {
            audit_mark_around(scratch->mask, in, p, 2); /* the 3 x 3 square */
        }
    }
    LB_TRY(
        lb_connected_components(scratch->labels, count, scratch->mask, in->height, in->width, err));
    *count = *count < AUDIT_MAX_PIECES ? *count : AUDIT_MAX_PIECES;
    for (size_t i = 0; i < *count; i++) {
        out[i] = (audit_piece){.first = {PTRDIFF_MAX, PTRDIFF_MAX}};
    }
    for (size_t p = 0; p < pixels; p++) {
        size_t which = (size_t)scratch->labels[p];
        if (in->truth[p] > 0 && which <= *count) {
            add_pixel(out + which - 1, (ptrdiff_t)(p / in->width), (ptrdiff_t)(p % in->width));
        }
    }
cleanup:
    return status;
}
