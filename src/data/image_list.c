/* SPDX-License-Identifier: MIT */
#include "lesionbench/image_list.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lesionbench/csv.h"
#include "lesionbench/grow.h"
#include "lesionbench/parse.h"
#include "lesionbench/paths.h"

enum { MAX_DEEP = 16 };

void
image_list_release(image_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        lb_free(list->paths[i]);
    }
    lb_free(list->paths);
    lb_free(list->labels);
    *list = (image_list){.count = 0};
}

/* Takes over path, which is NULL only after a failure. */
static lb_status
add_image(image_list *list, char *path, size_t label, lb_error *err)
{
    lb_status status = path != NULL ? LB_OK : err->code;
    size_t same = list->capacity; /* of both arrays */
    LB_TRY(status);
    LB_GROW(list->paths, list->count, same);
    LB_GROW(list->labels, list->count, list->capacity);
    list->paths[list->count] = path;
    list->labels[list->count++] = (int32_t)label;
    path = NULL;
cleanup:
    lb_free(path);
    return status;
}

static int
in_byte_order(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool
is_picture(const char *name)
{
    static const char *const ENDS[] = {".png", ".jpg", ".jpeg"};
    const char *end = strrchr(name, '.');
    for (size_t i = 0; end != NULL && i < sizeof ENDS / sizeof *ENDS; i++) {
        if (strcasecmp(end, ENDS[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The pictures in a folder of one class and in the folders in it. */
static lb_status
add_folder(image_list *list, const char *folder, size_t label, size_t deep, lb_error *err)
{
    lb_status status = LB_OK;
    struct dirent **entries = NULL;
    if (deep > MAX_DEEP) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: folders in folders, more than %d deep",
                       folder, MAX_DEEP);
    }
    int count = scandir(folder, &entries, is_shown, in_byte_order);
    if (count < 0) {
        return lb_fail_path(err, folder);
    }
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char *path = status == LB_OK ? lb_format(err, "%s/%s", folder, name) : NULL;
        status = status == LB_OK && path == NULL ? err->code : status;
        bool inner = false;
        status = status == LB_OK ? lb_path_is_folder(&inner, path, err) : status;
        if (status == LB_OK && inner) {
            status = add_folder(list, path, label, deep + 1, err);
            lb_free(path);
        } else if (status == LB_OK && is_picture(name)) {
            status = add_image(list, path, label, err);
        } else {
            lb_free(path);
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}

/* A class, where the entry of `folder` is a folder. */
static lb_status
add_class(image_list *list, size_t *classes, const char *folder, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    size_t before = list->count;
    bool is_class = false;
    char *path = lb_format(err, "%s/%s", folder, name);
    LB_TRY(path != NULL ? LB_OK : err->code);
    LB_TRY(lb_path_is_folder(&is_class, path, err));
    if (!is_class) {
        goto cleanup;
    }
    if (*classes == IMAGE_LIST_CLASSES) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: holds more than %d classes", folder,
                       IMAGE_LIST_CLASSES));
    }
    LB_TRY(add_folder(list, path, (*classes)++, 0, err));
    if (list->count == before) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: a class without PNG or JPEG pictures", path));
    }
cleanup:
    lb_free(path);
    return status;
}

static lb_status
read_classes(image_list *list, const char *folder, lb_error *err)
{
    struct dirent **entries = NULL;
    size_t classes = 0;
    int count = scandir(folder, &entries, is_shown, in_byte_order);
    if (count < 0) {
        return lb_fail_path(err, folder);
    }
    lb_status status = LB_OK;
    for (int i = 0; i < count; i++) {
        if (status == LB_OK) {
            status = add_class(list, &classes, folder, entries[i]->d_name, err);
        }
        free(entries[i]);
    }
    free(entries);
    if (status == LB_OK && classes < 2) {
        status = lb_fail(err, LB_ERROR_FORMAT,
                         "%s: holds %zu folders, where each class has one (or give a table of "
                         "labels)",
                         folder, classes);
    }
    return status;
}

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The distinct labels in byte order; *numbers is true where all are numbers of classes. */
static lb_status
find_names(const char ***out, size_t *count, bool *numbers, const lb_csv *table, size_t column,
           lb_error *err)
{
    lb_status status = LB_OK;
    const char **names = NULL;
    uint64_t number = 0;
    lb_error no_number;
    LB_ALLOC(names, table->rows);
    *numbers = true;
    for (size_t i = 0; i < table->rows; i++) {
        names[i] = lb_csv_cell(table, i, column);
        *numbers = *numbers &&
                   lb_parse_u64(&number, names[i], 0, IMAGE_LIST_CLASSES - 1, &no_number) == LB_OK;
    }
    qsort(names, table->rows, sizeof *names, compare_texts);
    *count = 0;
    for (size_t i = 0; i < table->rows; i++) {
        if (*count == 0 || strcmp(names[*count - 1], names[i]) != 0) {
            names[(*count)++] = names[i];
        }
    }
    *out = names;
cleanup:
    return status;
}

static lb_status
add_row(image_list *list, const char *folder, const char *file, size_t label, lb_error *err)
{
    char *path = lb_format(err, "%s/%s", folder, file);
    if (path != NULL && access(path, F_OK) != 0) {
        lb_status status = lb_fail_path(err, path);
        lb_free(path);
        return status;
    }
    return add_image(list, path, label, err);
}

static lb_status
read_table(image_list *list, const char *folder, const char *labels, lb_error *err)
{
    lb_status status = LB_OK;
    lb_csv table = {0};
    const char **names = NULL;
    size_t file = 0, label = 0, classes = 0;
    bool numbers = false;
    LB_TRY(lb_csv_read(&table, labels, err));
    LB_TRY(lb_csv_column(&file, &table, "file", labels, err));
    LB_TRY(lb_csv_column(&label, &table, "label", labels, err));
    LB_TRY(find_names(&names, &classes, &numbers, &table, label, err));
    if (classes < 2 || classes > IMAGE_LIST_CLASSES) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: has %zu different labels: 2 to %d are offered",
                       labels, classes, IMAGE_LIST_CLASSES));
    }
    for (size_t i = 0; i < table.rows; i++) {
        const char *name = lb_csv_cell(&table, i, label);
        const char *const *found = bsearch(&name, names, classes, sizeof *names, compare_texts);
        uint64_t number = (uint64_t)(found - (const char *const *)names);
        if (numbers) {
            LB_TRY(lb_parse_u64(&number, name, 0, IMAGE_LIST_CLASSES - 1, err));
        }
        if (add_row(list, folder, lb_csv_cell(&table, i, file), (size_t)number, err) != LB_OK) {
            LB_TRY(lb_fail_context(err, "%s: line %zu", labels, i + 2));
        }
    }
cleanup:
    lb_free(names);
    lb_csv_release(&table);
    return status;
}

lb_status
image_list_read(image_list *out, const char *folder, const char *labels, lb_error *err)
{
    image_list list = {0};
    lb_status status =
        labels != NULL ? read_table(&list, folder, labels, err) : read_classes(&list, folder, err);
    if (status == LB_OK) {
        *out = list;
    } else {
        image_list_release(&list);
    }
    return status;
}
