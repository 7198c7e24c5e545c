/* SPDX-License-Identifier: MIT */
/* The page: report/index.html. */
#ifndef LB_REPORT_PAGE_H
#define LB_REPORT_PAGE_H

#include <stdio.h>

#include "figures.h"
#include "lesionbench/yaml_values.h"
#include "manifest.h"
#include "maps.h"
#include "report_summary.h"

typedef struct page_facts {
    study_folder *folder;
    map_set maps; /* the caller's to open */
    summary found;
    manifest run;                      /* empty where there is none */
    char *study_file;                  /* NULL where there is none */
    lb_yaml_values settings;           /* what stands in it; empty unknown */
    bool simulated;                    /* the brains are made from a template */
    char *template_name;               /* NULL unknown */
    size_t slices, subjects;           /* 0 unknown */
    char *protocol, *quirks;           /* of the images; NULL unknown */
    char *provenance;                  /* of the images, JSON; NULL unknown */
    double data_seed;                  /* NaN unknown */
    double distractors;                /* for each lesion */
    size_t train, validation, holdout; /* images, 0 unknown */
    size_t height, width;              /* of the images, 0 unknown */
    size_t boxplot[SELECTIONS][RATES]; /* figures drawn */
    bool curves, heatmaps, examples, lesions, scatter, completeness, agreement;
    bool audit;    /* what audit.json says */
    bool extremes; /* heat maps of the best and the worst image */
    typical_image heatmap_image;
    preview heatmap_preview; /* what the page shows of it */
} page_facts;

/* Reads what stands in slices.h5, dataset.h5, study.yaml and manifest.json; figures are the
 * caller's to fill in. */
lb_status page_facts_read(page_facts *out, study_folder *folder, lb_error *err);
void page_facts_release(page_facts *facts);
/* matched: of the other condition, NULL where the study has but one. */
lb_status page_write(page_facts *facts, page_facts *matched, const lb_context *context,
                     lb_error *err);

/* The parts, each in a file of its own. */
/* Figures that were drawn, with captions. */
lb_status page_boxplots(FILE *page, const page_facts *facts, selection chosen, rate of,
                        lb_error *err);
lb_status page_comparisons(FILE *page, const page_facts *facts, lb_error *err);
lb_status page_heatmaps(FILE *page, const page_facts *facts, lb_error *err);
lb_status page_benchmark(FILE *page, const page_facts *facts, lb_error *err);
lb_status page_curves(FILE *page, const page_facts *facts, lb_error *err);
/* The explorer of kept maps, where there are any. */
lb_status page_explorer(FILE *page, page_facts *facts, page_facts *matched,
                        const lb_context *context, lb_error *err);
void page_summary(FILE *page, const page_facts *facts);
/* What was done, in sentences for a paper. matched: of the other condition, or NULL. */
void page_methods(FILE *page, const page_facts *facts, const page_facts *matched);
/* The corpora's means; nothing where there is but one. */
void page_compare_corpora(FILE *page, const page_facts *facts);
void page_model_table(FILE *page, const page_facts *facts);
/* "100 of the holdout images that ...", as plain text. */
void page_name_images(char *out, size_t size, const study_folder *folder, selection chosen);
/* Says so where one class has few of the images, or where there are none. */
void page_note_images(FILE *page, const study_folder *folder, selection chosen);
void page_explanation_table(FILE *page, const page_facts *facts, selection chosen);
void page_run_tables(FILE *page, const page_facts *facts);
/* Seeds, and what made the images. */
void page_provenance(FILE *page, const page_facts *facts);
/* Links to all tables, and those that stand nowhere else on the page. */
lb_status page_tables(FILE *page, page_facts *facts, lb_error *err);

#endif
