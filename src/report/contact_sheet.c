/* SPDX-License-Identifier: MIT */
#include "lesionbench/contact_sheet.h"

#include <string.h>

#include "drawing.h"
#include "lesionbench/paths.h"

typedef lb_status drawing_opener(drawing *out, const char *path, size_t items, lb_error *err);

static const struct {
    const char *format;
    drawing_opener *open;
} KINDS[] = {{"slices", drawing_of_slices},
             {"lesions", drawing_of_lesions},
             {"dataset", drawing_of_dataset},
             {"explanations", drawing_of_maps}};

/* The opener for the file's format. */
static lb_status
find_kind(drawing_opener **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    char *format = NULL;
    LB_TRY(lb_h5_open(&file, path, NULL, err));
    LB_TRY(lb_h5_get_text(&format, file, "", "format", err));
    *out = NULL;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        *out = strcmp(format, KINDS[i].format) == 0 ? KINDS[i].open : *out;
    }
    if (*out == NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: there is no picture of the format '%.40s' (of slices, lesions, "
                       "dataset and explanations)",
                       path, format));
    }
cleanup:
    lb_free(format);
    lb_h5_close(file);
    return status;
}

lb_status
lb_contact_sheet_write(const char *out, const char *path, size_t items, const lb_context *context,
                       lb_error *err)
{
    lb_status status = LB_OK;
    drawing_opener *open = NULL;
    drawing s = {.source = NULL};
    if (items > LB_PICTURE_MAX_ITEMS) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "a picture of %zu items (at most %d)", items,
                       LB_PICTURE_MAX_ITEMS);
    }
    if (strcmp(out, path) == 0 || lb_path_is_same(out, path)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: the picture would take the place of its input",
                       path);
    }
    LB_TRY(find_kind(&open, path, err));
    LB_TRY(open(&s, path, items > 0 ? items : LB_PICTURE_ITEMS, err));
    LB_TRY(drawing_write(&s, out, context, err));
cleanup:
    if (s.close != NULL) {
        s.close(s.source);
    }
    return status;
}
