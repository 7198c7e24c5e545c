/* SPDX-License-Identifier: MIT */
/* The import, inside: what to read (the plan), who is on it, and how a file becomes slices. */
#ifndef LB_DATA_IMPORT_INTERNAL_H
#define LB_DATA_IMPORT_INTERNAL_H

#include "lesionbench/csv.h"
#include "lesionbench/import.h"
#include "lesionbench/nifti.h"
#include "lesionbench/slices.h"

/* Folders (import_folder.c). */

typedef struct import_names {
    char **names;
    size_t count, capacity;
} import_names;

/* The members of a folder except hidden ones, sorted by their bytes. */
lb_status import_list_folder(import_names *out, const char *path, lb_error *err);
/* The name is copied. */
lb_status import_add_name(import_names *names, const char *name, lb_error *err);
void import_release_names(import_names *names);
bool import_starts_with(const char *text, const char *start);
bool import_ends_with(const char *text, const char *end);
/* Behind the last slash. */
const char *import_base_name(const char *path);
/* The base name without .nii, .nii.gz, .hdr, .img, .npy, .pkl; the caller's. */
char *import_stem(const char *path, lb_error *err);

/* People (import_people.c): who is female, male, how old. */

typedef struct import_person {
    const char *name; /* borrowed from the table, "" where it has no names */
    const char *bare; /* the same without "sub-" */
    int8_t sex;
    float age;
} import_person;

typedef struct import_people {
    lb_csv table;
    import_person *rows; /* in the table's order */
    size_t count;
    bool named;                   /* has a column of names */
    const import_person **sorted; /* by name */
} import_people;

/* Reads a table, whosever it is, by lb_table_read(). Errors name the path and the line. */
lb_status import_people_read(import_people *out, const char *path, lb_error *err);
/* *out: the path of the one CSV file in a folder that has columns of names and of sexes, or NULL.
 * Other CSV files may lie beside it; where there are only others, their paths are added to *others,
 * a text or NULL. A file whose header cannot be read is an error: it could be the table. */
lb_status import_people_seek(char **out, char **others, const char *root, const import_names *names,
                             lb_error *err);
void import_people_release(import_people *people);
/* NULL where the table lacks that name, with or without "sub-". */
const import_person *import_people_find(const import_people *people, const char *name);
/* One entry: "F", "female", "0", "n/a"; "28.5", "26-30" (the middle), "36+" (36). False where it is
 * none of these. */
bool import_parse_sex(int8_t *out, const char *text);
bool import_parse_age(float *out, const char *text);

/* The plan. */

typedef enum import_kind { IMPORT_VOLUME, IMPORT_NPY, IMPORT_PICKLE } import_kind;

typedef struct import_item {
    import_kind kind;
    char *path;
    char *mask;    /* NULL: none */
    char *label;   /* the subject's name in its source; of arrays the start of such names */
    size_t source; /* index into the plan's sources */
    char *subject; /* unique: the label, or the source's path and the label */
    int8_t sex;
    float age;
    size_t wanted;     /* slices asked of a volume: its part of slices_per_subject */
    size_t slices;     /* in an array's file */
    size_t first;      /* of the arrays before it: their slices, */
    size_t first_name; /* and their subjects */
    bool bad;          /* left out */
    bool repeated;     /* a file that another item stands for */
} import_item;

/* Names are only unique within their source: a folder, or the loose files named sub-*. */
typedef struct import_source {
    const char *path; /* borrowed; "" for the loose files */
    char *people;     /* path of its own table, or NULL */
} import_source;

/* How the rows of the table given by hand belong to the slices of arrays. */
typedef enum import_rows { IMPORT_BY_NAME, IMPORT_BY_SLICE, IMPORT_BY_SUBJECT } import_rows;

typedef struct import_plan {
    import_item *items;
    size_t count, capacity;
    import_source *sources;
    size_t source_count, source_capacity;
    import_rows rows;
    size_t repeated;    /* files that were named more than once, and taken once */
    char *other_tables; /* CSV files of folders without a table of subjects; NULL: none */
} import_plan;

#define IMPORT_ALL SIZE_MAX /* wanted */

/* What the paths stand for (import_find.c), with the masks (import_masks.c). */
lb_status import_find(import_plan *out, const lb_import_options *options, lb_error *err);
void import_plan_release(import_plan *plan);
void import_release_item(import_item *item);
/* Keeps one item of each file, however many names lead to it (import_identity.c). One file of two
 * subjects, and two files with the same name except the ending and different content, are errors
 * that name both. */
lb_status import_unite(import_plan *plan, const lb_import_options *options, lb_error *err);
/* Finds the mask of an image. root: the source's folder, NULL for loose files. subject and session:
 * names of its folders; session NULL: none. *out NULL: there is no mask. */
lb_status import_find_mask(char **out, const char *image, const char *root, const char *subject,
                           const char *session, const lb_import_options *options, lb_error *err);
/* Gives all items that are not bad their subjects, sex, age and share of the slices
 * (import_subjects.c). people: the table given by hand, or NULL. Of arrays, whose slices are known,
 * it sets first and first_name. */
lb_status import_assign(import_plan *plan, const import_people *people,
                        const lb_import_options *options, lb_import_report *report, lb_error *err);

/* Slices. */

typedef struct import_slices {
    size_t count;
    float *image;      /* (count, height, width) */
    int32_t *position; /* count */
    uint64_t content; /* of the whole volume, the same in whichever order its voxels are; 0: none */
    bool few;         /* fewer than were asked for */
} import_slices;

void import_slices_release(import_slices *slices);

/* The number of positions of a grid, whatever the volume. */
size_t import_depth(const lb_import_options *options);
/* Sets the slices' number and positions (import_choose.c); those that would lose brain at the
 * grid's edge are refused. */
lb_status import_choose(import_slices *out, const lb_view *view, const lb_grid *grid,
                        const import_item *item, const lb_import_options *options, lb_error *err);
/* Looks at the headers of a volume and its mask; *bytes is the memory that import_volume_read()
 * will take at most. */
lb_status import_volume_look(size_t *bytes, const import_item *item,
                             const lb_import_options *options, lb_error *err);
/* The volume of the file that the options ask for. */
lb_status import_volume_load(lb_volume *out, const import_item *item,
                             const lb_import_options *options, lb_error *err);
/* The options must be complete: no 0 for sizes and voxel. */
lb_status import_volume_read(import_slices *out, const import_item *item,
                             const lb_import_options *options, lb_error *err);

/* Arrays (import_array.c), read slice by slice. */
typedef struct import_array import_array;

lb_status import_array_open(import_array **out, const import_item *item, lb_error *err);
void import_array_close(import_array *array); /* accepts NULL */
size_t import_array_count(const import_array *array);
size_t import_array_height(const import_array *array);
size_t import_array_width(const import_array *array);
/* One slice (height, width) as stored; values that are not finite become 0. */
lb_status import_array_read(float *out, import_array *array, size_t index, lb_error *err);
/* Sex and age of a slice, if the file has them; else unknown. */
lb_status import_array_person(import_person *out, const import_array *array, size_t index,
                              lb_error *err);

#endif
