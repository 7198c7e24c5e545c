/* SPDX-License-Identifier: MIT */
/* Tables of participants: BIDS' participants.tsv, the HCP's behavioural CSV, and such. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import_internal.h"

/* Names of columns in the order of preference, and of cells, in any case. */
static const char *const NAME_COLUMNS[] = {"participant_id", "subject", "subject_id", NULL};
static const char *const SEX_COLUMNS[] = {"sex", "gender", NULL};
static const char *const AGE_COLUMNS[] = {"age", "age_in_yrs", NULL};
static const char *const FEMALE[] = {"f", "female", "0", "0.0", NULL};
static const char *const MALE[] = {"m", "male", "1", "1.0", NULL};
static const char *const UNKNOWN[] = {"",     "n/a", "na",      "nan", "#n/a",  "<na>", "null",
                                      "none", "u",   "unknown", "o",   "other", NULL};

enum { CELL_CAPACITY = 32 };
static const double OLDEST = 150;

static bool
is_one_of(const char *text, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Without the blanks around it; false where it is long. */
static bool
trim(char out[CELL_CAPACITY], const char *text)
{
    text += strspn(text, " \t\"'");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\"'", text[length - 1]) != NULL) {
        length--;
    }
    if (length >= CELL_CAPACITY) {
        return false;
    }
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

bool
import_parse_sex(int8_t *out, const char *text)
{
    char cell[CELL_CAPACITY];
    if (!trim(cell, text)) {
        return false;
    }
    if (is_one_of(cell, FEMALE)) {
        *out = LB_FEMALE;
    } else if (is_one_of(cell, MALE)) {
        *out = LB_MALE;
    } else if (is_one_of(cell, UNKNOWN)) {
        *out = LB_SEX_UNKNOWN;
    } else {
        return false;
    }
    return true;
}

bool
import_parse_age(float *out, const char *text)
{
    char cell[CELL_CAPACITY], *end = NULL;
    if (!trim(cell, text)) {
        return false;
    }
    if (is_one_of(cell, UNKNOWN)) {
        *out = NAN;
        return true;
    }
    if (strspn(cell, "0123456789.-+") != strlen(cell)) {
        return false; /* no exponents, hexadecimals or infinities */
    }
    double first = strtod(cell, &end), last = first;
    if (end == cell || first < 0) {
        return false;
    }
    if (*end == '-') {
        const char *rest = end + 1;
        last = strtod(rest, &end);
        if (end == rest) {
            return false;
        }
    } else if (*end == '+') {
        end++;
    }
    if (*end != '\0' || last < first || last > OLDEST) {
        return false;
    }
    *out = (float)(0.5 * (first + last));
    return true;
}

/* The first of these columns that the table has, which must not have it twice. */
static lb_status
find_column(bool *found, size_t *out, const lb_csv *table, const char *const *names,
            const char *path, lb_error *err)
{
    *found = false;
    for (size_t n = 0; names[n] != NULL && !*found; n++) {
        for (size_t i = 0; i < table->columns; i++) {
            if (strcasecmp(table->header[i], names[n]) != 0) {
                continue;
            }
            if (*found) {
                return lb_fail(err, LB_ERROR_FORMAT, "%s: has two columns '%s' and '%s'", path,
                               table->header[*out], table->header[i]);
            }
            *found = true;
            *out = i;
        }
    }
    return LB_OK;
}

static const char *
bare_name(const char *name)
{
    return import_starts_with(name, "sub-") ? name + 4 : name;
}

static int
compare_people(const void *a, const void *b)
{
    const import_person *first = *(const import_person *const *)a;
    const import_person *second = *(const import_person *const *)b;
    int order = strcmp(first->bare, second->bare);
    return order != 0 ? order : (first > second) - (first < second);
}

static lb_status
read_rows(import_people *people, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_csv *table = &people->table;
    size_t name = 0, sex = 0, age = 0;
    bool has_name = false, has_sex = false, has_age = false;
    LB_TRY(find_column(&has_name, &name, table, NAME_COLUMNS, path, err));
    LB_TRY(find_column(&has_sex, &sex, table, SEX_COLUMNS, path, err));
    LB_TRY(find_column(&has_age, &age, table, AGE_COLUMNS, path, err));
    if (!has_sex && !has_age) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: has neither a column 'sex' (or 'Gender') nor 'age'; its header is line "
                       "%zu",
                       path, table->header_line);
    }
    people->named = has_name;
    for (size_t i = 0; i < people->count; i++) {
        import_person *row = people->rows + i;
        *row = (import_person){.name = "", .bare = "", .sex = LB_SEX_UNKNOWN, .age = NAN};
        row->name = has_name ? lb_csv_cell(table, i, name) : row->name;
        row->bare = bare_name(row->name);
        if (has_sex && !import_parse_sex(&row->sex, lb_csv_cell(table, i, sex))) {
            return lb_fail(
                err, LB_ERROR_FORMAT,
                "%s: line %zu: sex '%.40s' is neither female (F, female, 0) nor male (M, "
                "male, 1) nor unknown (n/a)",
                path, table->lines[i], lb_csv_cell(table, i, sex));
        }
        if (has_age && !import_parse_age(&row->age, lb_csv_cell(table, i, age))) {
            return lb_fail(err, LB_ERROR_FORMAT,
                           "%s: line %zu: age '%.40s' is neither in years (28.5, 26-30, 36+) nor "
                           "unknown (n/a)",
                           path, table->lines[i], lb_csv_cell(table, i, age));
        }
        people->sorted[i] = row;
    }
cleanup:
    return status;
}

/* Rows of one name (a row for each session, or for each slice) must agree on the sex. */
static lb_status
check_agreement(const import_people *people, const char *path, lb_error *err)
{
    for (size_t i = 1; i < people->count; i++) {
        const import_person *a = people->sorted[i - 1], *b = people->sorted[i];
        if (a->name[0] != '\0' && strcmp(a->bare, b->bare) == 0 && a->sex != b->sex) {
            return lb_fail(err, LB_ERROR_FORMAT,
                           "%s: lines %zu and %zu give subject '%.100s' different sexes", path,
                           people->table.lines[a - people->rows],
                           people->table.lines[b - people->rows], a->name);
        }
    }
    return LB_OK;
}

lb_status
import_people_read(import_people *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    import_people people = {.rows = NULL};
    LB_TRY(lb_table_read(&people.table, path, err));
    people.count = people.table.rows;
    LB_ALLOC(people.rows, people.count);
    LB_ALLOC(people.sorted, people.count);
    LB_TRY(read_rows(&people, path, err));
    if (people.count > 0) {
        qsort(people.sorted, people.count, sizeof *people.sorted, compare_people);
    }
    LB_TRY(check_agreement(&people, path, err));
    *out = people;
    people = (import_people){.rows = NULL};
cleanup:
    import_people_release(&people);
    return status;
}

/* Whether a header's cells, cut at semicolons and tabs, have one of these names. */
static bool
has_hidden_column(const lb_csv *header, const char *const *names)
{
    for (size_t i = 0; i < header->columns; i++) {
        for (const char *at = header->header[i], *end = at; *end != '\0'; at = end + 1) {
            char part[2 * CELL_CAPACITY] = "", name[CELL_CAPACITY];
            end = at + strcspn(at, ";\t");
            size_t length = (size_t)(end - at);
            if (length >= sizeof part) {
                continue;
            }
            memcpy(part, at, length);
            if (trim(name, part) && is_one_of(name, names)) {
                return true;
            }
        }
    }
    return false;
}

/* Whether a file has columns of names and of sexes. Its header must be readable. */
static lb_status
has_people(bool *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_csv header = {0};
    size_t column = 0;
    bool name = false, sex = false;
    LB_TRY(lb_table_read_header(&header, path, err));
    LB_TRY(find_column(&name, &column, &header, NAME_COLUMNS, path, err));
    LB_TRY(find_column(&sex, &column, &header, SEX_COLUMNS, path, err));
    *out = name && sex;
    if (!*out && has_hidden_column(&header, NAME_COLUMNS) &&
        has_hidden_column(&header, SEX_COLUMNS)) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: line %zu: the header separates its columns by semicolons or tabs: use "
                       "commas",
                       path, header.header_line));
    }
cleanup:
    lb_csv_release(&header);
    return status;
}

/* Adds a path to a list of them, "a.csv, b.csv"; NULL is an empty list. */
static lb_status
add_path(char **list, const char *path, lb_error *err)
{
    char *longer = *list == NULL ? lb_strdup(path, err) : lb_format(err, "%s, %s", *list, path);
    if (longer == NULL) {
        return err->code;
    }
    lb_free(*list);
    *list = longer;
    return LB_OK;
}

static bool
is_csv(const char *name)
{
    size_t length = strlen(name);
    return length >= 4 && strcasecmp(name + length - 4, ".csv") == 0;
}

lb_status
import_people_seek(char **out, char **others, const char *root, const import_names *names,
                   lb_error *err)
{
    lb_status status = LB_OK;
    char *found = NULL, *path = NULL, *passed = NULL;
    for (size_t i = 0; i < names->count; i++) {
        bool is_table = false;
        if (!is_csv(names->names[i])) {
            continue;
        }
        path = lb_format(err, "%s/%s", root, names->names[i]);
        LB_TRY(path == NULL ? err->code : LB_OK);
        LB_TRY(has_people(&is_table, path, err));
        if (is_table && found != NULL) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                           "%s and %s both have subjects and their sex (say which with "
                           "--participants)",
                           found, path));
        }
        if (is_table) {
            found = path;
        } else {
            LB_TRY(add_path(&passed, path, err));
            lb_free(path);
        }
        path = NULL;
    }
    if (found == NULL && passed != NULL) {
        LB_TRY(add_path(others, passed, err));
    }
    *out = found;
    found = NULL;
cleanup:
    lb_free(passed);
    lb_free(path);
    lb_free(found);
    return status;
}

void
import_people_release(import_people *people)
{
    lb_free(people->sorted);
    lb_free(people->rows);
    lb_csv_release(&people->table);
    *people = (import_people){.rows = NULL};
}

const import_person *
import_people_find(const import_people *people, const char *name)
{
    const char *bare = bare_name(name);
    size_t low = 0, high = people->count;
    while (low < high) { /* the first row of that name */
        size_t middle = low + (high - low) / 2;
        if (strcmp(people->sorted[middle]->bare, bare) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < people->count && strcmp(people->sorted[low]->bare, bare) == 0;
    return found ? people->sorted[low] : NULL;
}
