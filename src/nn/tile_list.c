/* SPDX-License-Identifier: MIT */
#include "executor.h"

size_t
lb_step_tiles(const lb_step *step)
{
    return lb_winograd_tile_rows(step->shape.height) * lb_winograd_tile_rows(step->shape.width);
}

lb_status
lb_tile_list_init(lb_tile_list *list, size_t tiles, lb_error *err)
{
    lb_status status = LB_OK;
    LB_ALLOC(list->marks, tiles);
    LB_ALLOC(list->tiles, tiles);
cleanup:
    return status;
}

void
lb_tile_list_release(lb_tile_list *list)
{
    lb_free(list->marks);
    lb_free(list->tiles);
}

/* ------------------------------------------------------------------------------------------------
 * Tiles of all images
 */

void
lb_tile_list_fill(lb_tile_list *list, const lb_step *step, size_t images)
{
    size_t rows = lb_winograd_tile_rows(step->shape.height),
           columns = lb_winograd_tile_rows(step->shape.width);
    list->count = 0;
    for (size_t t = 0; t < images * rows * columns; t++) {
        if (list->marks[t] != 0) {
            list->tiles[list->count++] = lb_winograd_tile_at(t, rows, columns);
        }
    }
}
