/* SPDX-License-Identifier: MIT */
#include "column.h"

lb_status
lb_column_read(lb_array *out, lb_h5 *file, const char *group, const char *name, lb_type type,
               size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array array = {0};
    char *path =
        lb_format(err, "%s%s%s", group != NULL ? group : "", group != NULL ? "/" : "", name);
    LB_TRY(path == NULL ? err->code : LB_OK);
    LB_TRY(lb_h5_read(&array, file, path, type, err));
    if (array.rank != 1 || array.shape[0] != count) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: '%s' must hold one value for each of %zu items",
                       lb_h5_path(file), path, count));
    }
    *out = array;
    array = (lb_array){0};
cleanup:
    lb_array_release(&array);
    lb_free(path);
    return status;
}
