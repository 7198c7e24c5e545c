/* SPDX-License-Identifier: MIT */
/* What an audit of the images found, from audit.json: each check's value with its interval, beside
 * chance and the limit. */
#include "figures.h"

#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "gnuplot.h"
#include "lesionbench/file_bytes.h"

enum { WIDTH = FIGURE_PAGE, ROW = 30, HEAD = 24, FOOT = 120, MAX_CHECKS = 100 };

typedef struct check {
    char name[80];
    double value, low, high, chance, limit;
    int verdict; /* in the order of `verdicts` */
} check;

static const struct {
    const char *name, *style;
} verdicts[] = {{"pass", "pt 7 lc rgb '#009E73'"},
                {"warning", "pt 5 lc rgb '#E69F00'"},
                {"fail", "pt 9 lc rgb '#D55E00'"}};
enum { VERDICTS = 3 };

static double
number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

/* Checks whose value has an interval in [0, 1]; counts have none. */
static size_t
collect(check *out, const cJSON *root)
{
    size_t count = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "checks"))
    {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "name");
        const cJSON *part = cJSON_GetObjectItemCaseSensitive(item, "part");
        const cJSON *verdict = cJSON_GetObjectItemCaseSensitive(item, "verdict");
        check c = {.value = number(item, "value"),
                   .low = number(item, "low"),
                   .high = number(item, "high"),
                   .chance = number(item, "chance"),
                   .limit = number(item, "limit"),
                   .verdict = -1};
        for (int v = 0; v < VERDICTS && cJSON_IsString(verdict); v++) {
            c.verdict = strcmp(verdict->valuestring, verdicts[v].name) == 0 ? v : c.verdict;
        }
        if (count < MAX_CHECKS && cJSON_IsString(name) && c.verdict >= 0 && c.low >= 0 &&
            c.high <= 1 && c.value >= 0 && c.value <= 1) {
            snprintf(c.name, sizeof c.name, "%.4s  %.60s",
                     cJSON_IsString(part) ? part->valuestring : "", name->valuestring);
            out[count++] = c;
        }
    }
    return count;
}

static void
write_script(FILE *script, const check *checks, size_t count, double height)
{
    for (int v = 0; v < VERDICTS; v++) {
        fprintf(script, "$v%d << END\n", v);
        for (size_t i = 0; i < count; i++) {
            if (checks[i].verdict == v) {
                fprintf(script, "%g %zu %g %g\n", checks[i].value, count - i, checks[i].low,
                        checks[i].high);
            }
        }
        fprintf(script, "END\n");
    }
    fprintf(script, "$marks << END\n");
    for (size_t i = 0; i < count; i++) {
        fprintf(script, "%g %g %zu\n", isfinite(checks[i].chance) ? checks[i].chance : -1,
                isfinite(checks[i].limit) ? checks[i].limit : -1, count - i);
    }
    fprintf(script,
            "END\nset multiplot\nset key off\nset xrange [0:1]\nset yrange [0.3:%zu.7]\n"
            "set xtics 0.2 nomirror scale 0.5\nset grid xtics lc rgb '#dddddd' lt 1 lw 1\n"
            "set border 3 lc rgb '#555555'\nset ytics scale 0 nomirror (",
            count);
    for (size_t i = 0; i < count; i++) {
        fprintf(script, "%s", i > 0 ? ", " : "");
        gnuplot_quote(script, checks[i].name);
        fprintf(script, " %zu", count - i);
    }
    fprintf(script, ")\nset xlabel 'Value of the check with its 95 %% interval'\n");
    gnuplot_place(script, 0.28, 0.97, (FOOT - 18) / height, (height - HEAD) / height);
    fprintf(script,
            "plot $marks using 1:($3-0.35):(0):(0.7) with vectors nohead lw 2 lc rgb '#999999' "
            "notitle, '' using 2:($3-0.35):(0):(0.7) with vectors nohead lw 2 dt '.' lc rgb "
            "'#222222' notitle");
    for (int v = 0; v < VERDICTS; v++) {
        fprintf(script, ", $v%d using 1:2:3:4 with xerrorbars lw 1.5 ps 1 %s notitle", v,
                verdicts[v].style);
    }
    fprintf(script, "\n");
    gnuplot_key_strip(script, 38 / height, 5);
    fprintf(script, "plot NaN with lines lw 2 lc rgb '#999999' title 'Chance', NaN with lines lw 2 "
                    "dt '.' lc rgb '#222222' title 'Limit'");
    for (int v = 0; v < VERDICTS; v++) {
        fprintf(script, ", NaN with points ps 1 %s title '%s'", verdicts[v].style,
                verdicts[v].name);
    }
    fprintf(script, "\nunset multiplot\n");
}

static lb_status
read_checks(check *out, size_t *count, const char *path, lb_error *err)
{
    char *text = NULL;
    size_t size = 0;
    lb_status status = lb_file_read(&text, &size, path, err);
    if (status != LB_OK) {
        return status;
    }
    cJSON *root = cJSON_ParseWithLength(text, size);
    lb_free(text);
    if (!cJSON_IsObject(root)) {
        cJSON_Delete(root);
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: is not a JSON object (run 'lesionbench audit' again)", path);
    }
    *count = collect(out, root);
    cJSON_Delete(root);
    return LB_OK;
}

lb_status
draw_audit(bool *drawn, study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    plot figure = {0};
    check *checks = NULL;
    size_t count = 0;
    bool there = false;
    char *path = NULL;
    *drawn = false;
    LB_TRY(
        folder_has(&there, folder, "audit.json",
                   "whether labels can be told by cheating (run 'lesionbench audit dataset.h5 -o "
                   "audit.json' in the folder)",
                   err));
    if (!there) {
        goto cleanup;
    }
    LB_ALLOC(checks, MAX_CHECKS);
    path = folder_path(folder, "audit.json", err);
    LB_TRY(folder_forgive(path == NULL ? err->code : read_checks(checks, &count, path, err), folder,
                          err));
    if (count > 0) {
        size_t height = HEAD + FOOT + ROW * count;
        LB_TRY(plot_open(&figure, err));
        write_script(figure.script, checks, count, (double)height);
        LB_TRY(plot_draw(&figure, folder->directory, "audit", WIDTH, height, err));
        *drawn = true;
    }
cleanup:
    plot_close(&figure);
    lb_free(path);
    lb_free(checks);
    return status;
}
