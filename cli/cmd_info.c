/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/array.h"
#include "lesionbench/contact_sheet.h"
#include "lesionbench/csv.h"
#include "lesionbench/h5.h"
#include "lesionbench/idx.h"
#include "lesionbench/network.h"
#include "lesionbench/nifti.h"
#include "lesionbench/npy.h"
#include "lesionbench/weights.h"

/* A file's own text, padded to a width, without what could drive the terminal. */
static void
print_text(const char *text, size_t width)
{
    size_t length = 0;
    for (; text[length] != '\0'; length++) {
        unsigned char c = (unsigned char)text[length];
        putchar(c < ' ' || c == 0x7F ? '?' : c);
    }
    for (; length < width; length++) {
        putchar(' ');
    }
}

static void
print_shape(const size_t *shape, size_t rank)
{
    putchar('(');
    for (size_t i = 0; i < rank; i++) {
        printf("%s%zu", i > 0 ? ", " : "", shape[i]);
    }
    puts(")");
}

/* An attribute of the root, text or number, where there is one. */
static void
print_attribute(lb_h5 *file, const char *key)
{
    lb_error absent;
    char *text = NULL;
    double number = 0;
    if (!lb_h5_has_attribute(file, "", key)) {
        return;
    }
    if (lb_h5_get_text(&text, file, "", key, &absent) == LB_OK) {
        if (text[0] != '\0') {
            printf("%s: ", key);
            print_text(text, 0);
            putchar('\n');
        }
        lb_free(text);
    } else if (lb_h5_get_number(&number, file, "", key, &absent) == LB_OK) {
        printf("%s: %g\n", key, number);
    }
}

/* The datasets of a group, and of the groups in it. Links may go round in circles: `left` objects
 * are looked at. */
static lb_status
print_members(lb_h5 *file, const char *group, int depth, size_t *left, lb_error *err)
{
    lb_status status = LB_OK;
    char **names = NULL, *path = NULL;
    size_t count = 0;
    LB_TRY(lb_h5_members(&names, &count, file, group, err));
    for (size_t i = 0; *left > 0 && i < count; i++) {
        size_t rank = 0, shape[LB_MAX_RANK];
        lb_error not_a_dataset;
        lb_free(path);
        path = lb_format(err, "%s%s%s", group, group[0] != '\0' ? "/" : "", names[i]);
        LB_TRY(path == NULL ? err->code : LB_OK);
        if (--*left == 0) {
            puts("  ...");
        } else if (lb_h5_shape(&rank, shape, file, path, &not_a_dataset) == LB_OK) {
            fputs("  ", stdout);
            print_text(path, 35);
            print_shape(shape, rank);
        } else if (depth < 3) {
            LB_TRY(print_members(file, path, depth + 1, left, err));
        }
    }
cleanup:
    lb_free(path);
    lb_h5_free_names(names, count);
    return status;
}

static lb_status
info_h5(const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    char *format = NULL;
    double version = 0;
    size_t left = 1000;
    LB_TRY(lb_h5_open(&file, path, NULL, err));
    LB_TRY(lb_h5_get_text(&format, file, "", "format", err));
    LB_TRY(lb_h5_get_number(&version, file, "", "format_version", err));
    fputs("HDF5, format ", stdout);
    print_text(format, 0);
    printf(", version %g\n", version);
    for (size_t i = 0; INFO_H5_KEYS[i] != NULL; i++) {
        print_attribute(file, INFO_H5_KEYS[i]);
    }
    LB_TRY(print_members(file, "", 0, &left, err));
cleanup:
    lb_free(format);
    lb_h5_close(file);
    return status;
}

static lb_status
info_model(const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_weights *weights = NULL;
    lb_architecture found;
    lb_error no_network;
    LB_TRY(lb_weights_open(&weights, path, err));
    printf("%s, %zu tensors\n", lb_weights_format_name(lb_weights_format_of(weights)),
           lb_weights_count(weights));
    if (lb_network_inspect(&found, path, &no_network) == LB_OK) {
        printf("vgg%u, channels %zu to %zu, %zu hidden units, %zu classes\n", found.depth,
               found.channels[0], found.channels[LB_BLOCKS - 1], found.hidden, found.classes);
    }
    for (size_t i = 0; INFO_MODEL_KEYS[i] != NULL; i++) {
        const char *value = lb_weights_metadata(weights, INFO_MODEL_KEYS[i]);
        if (value != NULL && value[0] != '\0') {
            printf("%s: ", INFO_MODEL_KEYS[i]);
            print_text(value, 0);
            putchar('\n');
        }
    }
    for (size_t i = 0; i < lb_weights_count(weights); i++) {
        const lb_weight *weight = lb_weights_at(weights, i);
        fputs("  ", stdout);
        print_text(weight->name, 25);
        printf("%-8s ", weight->type);
        print_shape(weight->shape, weight->rank);
        if (weight->ignored) {
            puts("    ignored: no part of the network");
        }
    }
cleanup:
    lb_weights_close(weights);
    return status;
}

static lb_status
info_array(const char *path, bool npy, lb_error *err)
{
    lb_array array = {0};
    lb_status status = npy ? lb_npy_read(&array, path, err) : lb_idx_read(&array, path, err);
    if (status == LB_OK) {
        printf("%s, %s ", npy ? "NumPy array" : "IDX array", INFO_TYPES[array.type]);
        print_shape(array.shape, array.rank);
    }
    lb_array_release(&array);
    return status;
}

static lb_status
info_nifti(const char *path, lb_error *err)
{
    lb_volume volume = {0};
    lb_status status = lb_nifti_read(&volume, path, err);
    if (status == LB_OK) {
        printf("NIfTI volume, %zu x %zu x %zu voxels of %g x %g x %g mm\n", volume.nx, volume.ny,
               volume.nz, volume.spacing[0], volume.spacing[1], volume.spacing[2]);
    }
    lb_volume_release(&volume);
    return status;
}

static lb_status
info_csv(const char *path, lb_error *err)
{
    lb_csv csv = {0};
    lb_status status = lb_csv_read(&csv, path, err);
    if (status == LB_OK) {
        printf("CSV, %zu rows:", csv.rows);
        for (size_t i = 0; i < csv.columns; i++) {
            putchar(' ');
            print_text(csv.header[i], 0);
        }
        putchar('\n');
    }
    lb_csv_release(&csv);
    return status;
}

static lb_status
info_of(const char *path, lb_error *err)
{
    lb_file_kind kind = LB_FILE_UNKNOWN;
    size_t bytes = 0;
    char size[24];
    lb_status status = info_kind_of(&kind, &bytes, path, err);
    if (status != LB_OK) {
        return status;
    }
    switch (kind) {
    case LB_FILE_HDF5:
        status = info_h5(path, err);
        break;
    case LB_FILE_MODEL:
        status = info_model(path, err);
        break;
    case LB_FILE_NIFTI:
        status = info_nifti(path, err);
        break;
    case LB_FILE_CSV:
        status = info_csv(path, err);
        break;
    case LB_FILE_PICKLE:
        status = info_pickle(path, err);
        break;
    case LB_FILE_NPY:
    case LB_FILE_IDX:
    case LB_FILE_UNKNOWN:
        status = info_array(path, kind == LB_FILE_NPY, err);
        break;
    }
    if (status == LB_OK) {
        cli_bytes(size, sizeof size, (double)bytes);
        printf("size: %s\n", size);
    }
    return status;
}

typedef struct options {
    const char *picture;
    size_t items, format;
} options;

static const char *const INFO_FORMATS[] = {"table", "json", NULL};

static const lb_setting ROWS[] = {
    OPT_ROW(options, "picture", picture, LB_SETTING_TEXT,
            "contact sheet to write (PNG): of slices, lesions, datasets and explanations"),
    {"items", LB_SETTING_SIZE, offsetof(options, items), 1, LB_PICTURE_MAX_ITEMS,
     "panels of the contact sheet", NULL},
    {"format", LB_SETTING_CHOICE, offsetof(options, format), 0, 0, "table or json", INFO_FORMATS},
};

lb_status
cmd_info(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.items = LB_PICTURE_ITEMS};
    const opt_spec spec = {.usage = "lesionbench info [--picture OUT.png [--items N]] FILE",
                           .groups = {{LB_SETTING_TABLE(ROWS), &given}},
                           .min_operands = 1,
                           .max_operands = 1};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    if (given.picture != NULL) {
        LB_TRY(lb_contact_sheet_write(given.picture, argv[1], given.items, &self->context, err));
    }
    LB_TRY(given.format == 1 ? info_json(argv[1], err) : info_of(argv[1], err));
cleanup:
    return status;
}
