/* SPDX-License-Identifier: MIT */
/* The study's tables as files, those that the page does not show elsewhere in full, and what the
 * data was made with. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "html.h"
#include "lesionbench/paths.h"
#include "page.h"

enum { MAX_FILES = 64, MAX_ROWS = 400, MAX_FIELDS = 40 };

typedef struct file_list {
    char names[MAX_FILES][256];
    size_t count;
} file_list;

static int
by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool
is_csv(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && length < 90 && name[0] != '.' && strcmp(name + length - 4, ".csv") == 0;
}

static lb_status
list_tables(file_list *out, const study_folder *folder, lb_error *err)
{
    char *path = folder_path(folder, "tables", err);
    if (path == NULL) {
        return err->code;
    }
    DIR *open = opendir(path);
    lb_status status = open == NULL && errno != ENOENT ? lb_fail_path(err, path) : LB_OK;
    lb_free(path);
    for (struct dirent *entry; open != NULL && (entry = readdir(open)) != NULL;) {
        if (is_csv(entry->d_name) && out->count < MAX_FILES) {
            snprintf(out->names[out->count], sizeof out->names[0], "%s", entry->d_name);
            out->count++;
        }
    }
    if (open != NULL) {
        closedir(open);
    }
    qsort(out->names, out->count, sizeof out->names[0], by_name);
    return status;
}

/* A cell: numbers with four digits that say something. */
static void
table_cell(FILE *page, const char *text)
{
    double value = lb_csv_value(text);
    if (text[0] == '\0') {
        fputs("<td>–</td>", page);
    } else if (isfinite(value)) {
        fprintf(page, "<td>%.4g</td>", value);
    } else {
        fputs("<td class=\"text\">", page);
        html_text(page, text);
        fputs("</td>", page);
    }
}

static void
whole_table(FILE *page, const char *name, const lb_csv *csv)
{
    fprintf(page, "<details><summary><code>");
    html_text(page, name);
    fprintf(page,
            "</code>, %zu rows</summary>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
            "aria-label=\"",
            csv->rows);
    html_text(page, name);
    fputs("\"><table class=\"sortable\"><thead><tr>", page);
    for (size_t c = 0; c < csv->columns; c++) {
        fputs("<th scope=\"col\">", page);
        html_text(page, csv->header[c]);
        fputs("</th>", page);
    }
    fputs("</tr></thead><tbody>\n", page);
    for (size_t r = 0; r < csv->rows; r++) {
        fputs("<tr>", page);
        for (size_t c = 0; c < csv->columns; c++) {
            table_cell(page, lb_csv_cell(csv, r, c));
        }
        fputs("</tr>\n", page);
    }
    fputs("</tbody></table></div></details>\n", page);
}

/* The tables that the page is made of are in it already. */
static bool
is_shown(const char *name)
{
    return strcmp(name, "scores.csv") == 0 || strcmp(name, "classification.csv") == 0 ||
           strcmp(name, "explanation.csv") == 0;
}

static lb_status
further_table(FILE *page, study_folder *folder, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    lb_csv csv = {0};
    char *path = lb_format(err, "%s/tables/%s", folder->directory, name);
    LB_TRY(path == NULL ? err->code : lb_csv_read(&csv, path, err));
    if (csv.rows > 0 && csv.rows <= MAX_ROWS && csv.columns <= MAX_FIELDS) {
        whole_table(page, name, &csv);
    }
cleanup:
    lb_csv_release(&csv);
    lb_free(path);
    return folder_forgive(status, folder, err);
}

lb_status
page_tables(FILE *page, page_facts *facts, lb_error *err)
{
    lb_status status = LB_OK;
    file_list files = {.count = 0};
    LB_TRY(list_tables(&files, facts->folder, err));
    if (files.count == 0) {
        return LB_OK;
    }
    fputs("<h3>The tables</h3>\n<p>As CSV, for pandas and R:", page);
    for (size_t i = 0; i < files.count; i++) {
        fputs(i > 0 ? ", <a href=\"../tables/" : " <a href=\"../tables/", page);
        html_text(page, files.names[i]);
        fputs("\">", page);
        html_text(page, files.names[i]);
        fputs("</a>", page);
    }
    fputs(".</p>\n", page);
    for (size_t i = 0; i < files.count; i++) {
        if (!is_shown(files.names[i])) {
            LB_TRY(further_table(page, facts->folder, files.names[i], err));
        }
    }
cleanup:
    return status;
}

/* "Seeds of the networks: 1, 2, 3; of the images: 5." */
static void
say_seeds(FILE *page, const page_facts *facts)
{
    const study_folder *folder = facts->folder;
    size_t said = 0;
    for (size_t i = 0; i < folder->model_count; i++) {
        bool before = false;
        for (size_t k = 0; k < i; k++) {
            before = before || strcmp(folder->models[k].seed, folder->models[i].seed) == 0;
        }
        if (!before) {
            fputs(said++ > 0 ? ", " : "<p>Seeds of the networks: ", page);
            html_text(page, folder->models[i].seed);
        }
    }
    if (isfinite(facts->data_seed)) {
        fprintf(page, "%sof the images: %.0f", said > 0 ? "; " : "<p>Seed ", facts->data_seed);
        said++;
    }
    fputs(said > 0 ? ".</p>\n" : "", page);
}

void
page_provenance(FILE *page, const page_facts *facts)
{
    say_seeds(page, facts);
    cJSON *root = facts->provenance != NULL ? cJSON_Parse(facts->provenance) : NULL;
    const cJSON *command = cJSON_GetObjectItemCaseSensitive(root, "command_line");
    const cJSON *libraries = cJSON_GetObjectItemCaseSensitive(root, "libraries"), *one = NULL;
    if (cJSON_IsString(command)) {
        fputs("<p>The images were made by <code>", page);
        html_text(page, command->valuestring);
        fputs("</code>", page);
        size_t said = 0;
        cJSON_ArrayForEach(one, libraries)
        {
            if (cJSON_IsString(one) && one->string != NULL) {
                fputs(said++ > 0 ? ", " : ", with ", page);
                html_text(page, one->string);
                fputs(" ", page);
                html_text(page, one->valuestring);
            }
        }
        fputs(".</p>\n", page);
    }
    cJSON_Delete(root);
}
