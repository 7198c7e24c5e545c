/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <math.h>
#include <string.h>

#include "figures.h"
#include "html.h"
#include "lesionbench/atomic_file.h"
#include "web.h"

static void
open_section(FILE *page, const char *id, const char *title)
{
    fprintf(page, "<section aria-labelledby=\"%s\"><h2 id=\"%s\">%s</h2>\n", id, id, title);
}

static lb_status
write_selection(FILE *page, const page_facts *facts, selection chosen, lb_error *err)
{
    lb_status status = LB_OK;
    page_note_images(page, facts->folder, chosen);
    LB_TRY(page_boxplots(page, facts, chosen, TPR, err));
    page_explanation_table(page, facts, chosen);
    if (chosen == CORRECT) {
        LB_TRY(page_comparisons(page, facts, err));
    }
    if (facts->boxplot[chosen][TNR] > 0) {
        fputs("<details><summary>True negative rates</summary>\n", page);
        LB_TRY(page_boxplots(page, facts, chosen, TNR, err));
        fputs("</details>\n", page);
    }
cleanup:
    return status;
}

static lb_status
write_explanations(FILE *page, const page_facts *facts, lb_error *err)
{
    lb_status status = LB_OK;
    open_section(page, "explanations", "How well the methods explain");
    LB_TRY(write_selection(page, facts, CORRECT, err));
    fputs("<h3>When the network is wrong</h3>\n", page);
    LB_TRY(write_selection(page, facts, WRONG, err));
    fputs("</section>\n", page);
cleanup:
    return status;
}

static lb_status
write_pictures(FILE *page, const page_facts *facts, lb_error *err)
{
    lb_status status = LB_OK;
    if (facts->examples || facts->lesions || facts->audit) {
        open_section(page, "benchmark", "The benchmark");
        LB_TRY(page_benchmark(page, facts, err));
        fputs("</section>\n", page);
    }
    if (facts->heatmaps) {
        open_section(page, "heatmaps", "The maps themselves");
        LB_TRY(page_heatmaps(page, facts, err));
        fputs("</section>\n", page);
    }
cleanup:
    return status;
}

static lb_status
write_networks(FILE *page, const page_facts *facts, lb_error *err)
{
    page_model_table(page, facts);
    return page_curves(page, facts, err);
}

/* The other condition, in a section of its own, so that no figure mixes the two. */
static lb_status
write_matched(FILE *page, const page_facts *facts, lb_error *err)
{
    lb_status status = LB_OK;
    open_section(page, "matched", "At matched accuracy");
    fputs("<p>Above, every network is the best of its training. Here each is kept at the epoch "
          "whose validation accuracy is nearest to a target, so that pre-trainings can be compared "
          "at like accuracy. How near each came is in <a href=\"../tables/search.csv\">CSV</a>; "
          "which images all networks classify correctly is asked anew.</p>\n",
          page);
    page_compare_corpora(page, facts);
    fputs("<h3>How well the methods explain</h3>\n", page);
    LB_TRY(write_selection(page, facts, CORRECT, err));
    fputs("<h3>When the network is wrong</h3>\n", page);
    LB_TRY(write_selection(page, facts, WRONG, err));
    LB_TRY(page_heatmaps(page, facts, err));
    fputs("<h3>How well the networks classify</h3>\n", page);
    LB_TRY(write_networks(page, facts, err));
    fputs("</section>\n", page);
cleanup:
    return status;
}

static lb_status
write_run(FILE *page, page_facts *facts, lb_error *err)
{
    open_section(page, "run", "How this was made");
    page_run_tables(page, facts);
    page_provenance(page, facts);
    lb_status status = page_tables(page, facts, err);
    if (facts->study_file != NULL) {
        fputs("<details><summary>The study file</summary><pre><code>", page);
        html_text(page, facts->study_file);
        fputs("</code></pre></details>\n", page);
    }
    fputs("<p>The design follows Oliveira, Wilming, Clark, Budding, Eitel, Ritter and Haufe, "
          "<cite>Benchmarking the influence of pre-training on explanation performance in MR image "
          "classification</cite>, Frontiers in Artificial Intelligence 2024, "
          "doi:10.3389/frai.2024.1330919.</p>\n</section>\n",
          page);
    return status;
}

/* Lists what is missing in a folder, but what was listed of the one before. */
static void
list_missing(FILE *page, const study_folder *folder, const study_folder *before)
{
    for (size_t i = 0; i < folder->missing_count; i++) {
        bool listed = false;
        for (size_t j = 0; before != NULL && j < before->missing_count; j++) {
            listed = listed || strcmp(folder->missing[i], before->missing[j]) == 0;
        }
        if (!listed) {
            fputs("<li>", page);
            html_text(page, folder->missing[i]);
            fputs("</li>\n", page);
        }
    }
}

static bool
lacks_any(const study_folder *folder, const page_facts *matched)
{
    return folder->missing_count > 0 || (matched != NULL && matched->folder->missing_count > 0);
}

static void
write_missing(FILE *page, const study_folder *folder, const page_facts *matched)
{
    if (!lacks_any(folder, matched)) {
        return;
    }
    open_section(page, "missing", "What is missing here");
    fputs("<p>These were not found in the study’s folder when the page was made, or not "
          "whole:</p>\n<ul>\n",
          page);
    list_missing(page, folder, NULL);
    if (matched != NULL) {
        list_missing(page, matched->folder, folder);
    }
    fputs("</ul></section>\n", page);
}

static void
write_contents(FILE *page, const page_facts *facts, const page_facts *matched)
{
    const struct {
        bool there;
        const char *id, *title;
    } sections[] = {
        {true, "short", "In short"},
        {facts->heatmaps, "look", "Look through the maps"},
        {true, "explanations", "How well the methods explain"},
        {facts->examples || facts->lesions || facts->audit, "benchmark", "The benchmark"},
        {facts->heatmaps, "heatmaps", "The maps themselves"},
        {true, "networks", "How well the networks classify"},
        {matched != NULL, "matched", "At matched accuracy"},
        {true, "methods-text", "Methods, ready to cite"},
        {true, "run", "How this was made"},
        {lacks_any(facts->folder, matched), "missing", "What is missing here"},
    };
    fputs("<nav class=\"contents\" aria-label=\"Contents\"><ul>\n", page);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        if (sections[i].there) {
            fprintf(page, "<li><a href=\"#%s\">%s</a></li>\n", sections[i].id, sections[i].title);
        }
    }
    fputs("</ul></nav>\n", page);
}

/* Stands before the word's first use. */
static void
explain_degree(FILE *page, const study_folder *folder)
{
    if (folder->model_count == 0 && folder->explanation_count == 0) {
        return;
    }
    fputs("<p>A network is pre-trained on one corpus and then fine-tuned to a <dfn>degree</dfn>: "
          "how much of it these images may change. Degree 1 trains the last block of convolutions "
          "and the classifier, degree 2 the last two blocks, degree 3 three, degree 4 four, degree "
          "all everything; what is not trained stays as the pre-training left it.</p>\n",
          page);
}

static void
write_header(FILE *page, const page_facts *facts, const page_facts *matched)
{
    fputs(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
        "<title>Do the explanations find the lesions? A lesionbench study</title>\n",
        page);
    fputs("<style>\n", page);
    fputs((const char *)web_page_css, page);
    fputs("</style></head><body><a class=\"skip\" href=\"#short\">To the summary</a>\n"
          "<header><p>A lesionbench study</p>"
          "<h1>Do the explanations find the lesions?</h1>\n",
          page);
    if (facts->holdout > 0) {
        fprintf(
            page,
            "<p>Networks learn to tell round from irregular artificial lesions in brain MRI "
            "slices. As the lesions are drawn in, it is known pixel by pixel what an explanation "
            "should find. The networks are judged on %zu holdout images",
            facts->holdout);
        if (facts->folder->image_count > 0) {
            fprintf(page, ", the explanations on the %zu of them that were explained",
                    facts->folder->image_count);
        }
        fputs(".</p>\n", page);
    }
    explain_degree(page, facts->folder);
    fputs("</header>\n", page);
    write_contents(page, facts, matched);
    fputs("<main>\n", page);
}

lb_status
page_write(page_facts *facts, page_facts *matched, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    char *path = folder_path(facts->folder, "report/index.html", err);
    if (path == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *page = lb_atomic_file_stream(output);
    write_header(page, facts, matched);
    page_summary(page, facts);
    LB_TRY(page_explorer(page, facts, matched, context, err));
    LB_TRY(write_explanations(page, facts, err));
    LB_TRY(write_pictures(page, facts, err));
    open_section(page, "networks", "How well the networks classify");
    LB_TRY(write_networks(page, facts, err));
    fputs("</section>\n", page);
    if (matched != NULL) {
        LB_TRY(write_matched(page, matched, err));
    }
    page_methods(page, facts, matched);
    LB_TRY(write_run(page, facts, err));
    write_missing(page, facts->folder, matched);
    fputs("</main>\n<script>\n", page);
    fputs((const char *)web_page_js, page);
    fputs("</script></body></html>\n", page);
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    lb_free(path);
    return status;
}
