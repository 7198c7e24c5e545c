/* SPDX-License-Identifier: MIT */
/* The page's figures with their words. */
#include <math.h>
#include <string.h>

#include "html.h"
#include "page.h"

/* How it stands in the page: as PNG, as SVG, or as SVG of a column's width; all files are linked.
 */
typedef enum figure_kind { RASTER, VECTOR, COLUMN } figure_kind;

typedef struct figure {
    const char *name; /* without the folder's suffix */
    figure_kind kind;
    const char *alt, *caption;
    const preview *small; /* stands for it; NULL: the file itself */
} figure;

/* The picture stands within the page, so that one file can be passed on; the links lead to the
 * files for print. */
static lb_status
write_figure(FILE *page, const page_facts *facts, const figure *f, lb_error *err)
{
    static const char *const endings[][2] = {{"svg", "SVG"}, {"pdf", "PDF"}, {"png", "PNG"}};
    lb_status status = LB_OK;
    const char *suffix = facts->folder->suffix;
    char *path = lb_format(err, "%s/figures/%s%s.%s", facts->folder->directory, f->name, suffix,
                           f->kind == RASTER ? "png" : "svg");
    if (path == NULL) {
        return err->code;
    }
    fprintf(page,
            "<figure class=\"%s-figure\" id=\"figure-%s%s\"><div class=\"scroll\" tabindex=\"0\" "
            "role=\"group\" "
            "aria-label=\"Figure\"><img src=\"",
            f->kind == COLUMN ? "column" : "page", f->name, suffix);
    if (f->small != NULL) {
        fputs("data:image/png;base64,", page);
        html_base64(page, f->small->bytes, f->small->size);
    } else {
        LB_TRY(html_embed(page, path, f->kind == RASTER ? "image/png" : "image/svg+xml", err));
    }
    fputs("\" alt=\"", page);
    html_text(page, f->alt);
    fprintf(page, "\"></div><figcaption>%s", f->caption);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        fprintf(page, " <a href=\"../figures/%s%s.%s\">%s</a>", f->name, suffix, endings[i][0],
                endings[i][1]);
    }
    fputs("</figcaption></figure>\n", page);
cleanup:
    lb_free(path);
    return status;
}

/* What a box plot shows, which depends on the rows that there are. */
static void
describe_boxplot(char *out, size_t size, const study_folder *folder, selection chosen, rate of)
{
    char lines[400] = "";
    size_t used = 0;
    reference_line key[LINES];
    reference_key(key, folder, chosen);
    for (size_t k = 0; k < LINES && of == TPR; k++) {
        if (isfinite(key[k].value)) {
            int wrote = snprintf(lines + used, sizeof lines - used, "%s%s",
                                 used == 0 ? ", with lines for: " : "; ", key[k].title);
            used += wrote > 0 ? (size_t)wrote : 0;
        }
    }
    snprintf(out, size,
             "Box plots over the images that %s, one panel for each method: true %s rate by degree "
             "of fine-tuning, a colour for each corpus%s. The medians are in the table that "
             "follows.",
             chosen == CORRECT ? "all networks classify correctly"
                               : "each network itself gets wrong",
             of == TPR ? "positive" : "negative", lines);
}

/* The box plots of one rate, of the study's methods first. */
lb_status
page_boxplots(FILE *page, const page_facts *facts, selection chosen, rate of, lb_error *err)
{
    lb_status status = LB_OK;
    const char *suffix = facts->folder->suffix;
    char alt[800], images[400], caption[800], name[64];
    describe_boxplot(alt, sizeof alt, facts->folder, chosen, of);
    page_name_images(images, sizeof images, facts->folder, chosen);
    snprintf(caption, sizeof caption,
             "%s over %s. Boxes: quartiles and median over images; whiskers: within 1.5 "
             "interquartile ranges; points: the networks’ accuracy, on the right axis.%s",
             of == TPR ? "True positive rate" : "True negative rate", images,
             chosen == CORRECT ? "" : " The images differ from network to network and can be few.");
    for (size_t i = 0; i < facts->boxplot[chosen][of]; i++) {
        boxplot_name(name, sizeof name, facts->folder, chosen, of, i);
        name[strlen(name) - strlen(suffix)] = '\0';
        const figure boxes = {.name = name, .kind = VECTOR, .alt = alt, .caption = caption};
        LB_TRY(write_figure(page, facts, &boxes, err));
    }
cleanup:
    return status;
}

/* What the correct images' scores go with. */
lb_status
page_comparisons(FILE *page, const page_facts *facts, lb_error *err)
{
    static const figure scatter = {
        .name = "accuracy",
        .kind = VECTOR,
        .alt = "Scatter plots, a panel for each method: the median true positive rate of each "
               "network by "
               "its accuracy, with a line of least squares. The rank correlations stand in the "
               "panels and "
               "are summed up in the text.",
        .caption =
            "Does explanation follow accuracy? A point is a network: its accuracy on the holdout "
            "images "
            "and its median true positive rate; the line is that of least squares."};
    static const figure agreement = {.name = "agreement",
                                     .kind = COLUMN,
                                     .alt = "Matrix of methods by methods with the share of "
                                            "highest pixels that two methods have in "
                                            "common, from 0 to 1, as numbers and as colours.",
                                     .caption = "Do the methods say the same? Share of the "
                                                "<var>p</var> highest pixels that two methods "
                                                "have "
                                                "in common, <var>p</var> being the number of true "
                                                "pixels: mean over the kept images and "
                                                "the "
                                                "networks of the first seed. Columns are numbered "
                                                "as rows are listed. Colours as of maps, "
                                                "from 0 to 1."};
    static const figure completeness = {.name = "completeness",
                                        .kind = COLUMN,
                                        .alt = "Box plots of the completeness error of each method "
                                               "that promises a sum, on a logarithmic "
                                               "axis.",
                                        .caption =
                                            "Do attributions sum to what theory promises? |sum − "
                                            "promised| / |promised| over images "
                                            "and "
                                            "networks; errors below 10<sup>−9</sup> stand there."};
    lb_status status = LB_OK;
    if (facts->scatter) {
        LB_TRY(write_figure(page, facts, &scatter, err));
    }
    if (facts->agreement) {
        LB_TRY(write_figure(page, facts, &agreement, err));
    }
    if (facts->completeness) {
        LB_TRY(write_figure(page, facts, &completeness, err));
    }
cleanup:
    return status;
}

static bool
several_seeds(const study_folder *folder)
{
    for (size_t i = 1; i < folder->model_count; i++) {
        if (strcmp(folder->models[i].seed, folder->models[0].seed) != 0) {
            return true;
        }
    }
    return false;
}

/* How the image of the heat maps was chosen, as maps_typical() does it. */
static void
describe_choice(char *out, size_t size, const page_facts *facts)
{
    const typical_image *shown = &facts->heatmap_image;
    char choice[240];
    const char *which = shown->correct ? " and that all networks classify correctly" : "";
    if (shown->of == 1) {
        snprintf(choice, sizeof choice, "the only image whose maps were kept%s", which);
    } else {
        snprintf(choice, sizeof choice,
                 "of the %zu images whose maps were kept%s, the one %s by mean TPR over the "
                 "networks and methods shown",
                 shown->of, which,
                 shown->of == 2  ? "that is higher"
                 : shown->of % 2 ? "in the middle"
                                 : "that is the higher of the two in the middle");
    }
    snprintf(out, size, "Holdout image %zu: %s.%s", shown->image, choice,
             several_seeds(facts->folder) ? " Each network is that of its first seed." : "");
}

lb_status
page_heatmaps(FILE *page, const page_facts *facts, lb_error *err)
{
    char caption[800];
    if (!facts->heatmaps) {
        return LB_OK;
    }
    describe_choice(caption, sizeof caption, facts);
    if (facts->extremes) {
        size_t used = strlen(caption);
        snprintf(caption + used, sizeof caption - used,
                 " The image with the highest such mean is in <a href=\"../figures/"
                 "heatmaps_best%s.png\">heatmaps_best</a>, that with the lowest in <a "
                 "href=\"../figures/heatmaps_worst%s.png\">heatmaps_worst</a>.",
                 facts->folder->suffix, facts->folder->suffix);
    }
    const figure heatmaps = {
        .name = "heatmaps",
        .kind = RASTER,
        .alt = "Grid of heat maps of one image: a row for each method, columns for each "
               "corpus and degree and for the untrained network, the lesions outlined, the true "
               "positive "
               "rate in each corner.",
        .caption = caption,
        .small = facts->heatmap_preview.bytes != NULL ? &facts->heatmap_preview : NULL};
    return write_figure(page, facts, &heatmaps, err);
}

lb_status
page_benchmark(FILE *page, const page_facts *facts, lb_error *err)
{
    static const figure examples = {
        .name = "examples",
        .kind = RASTER,
        .alt =
            "Two rows of brain slices with artificial lesions outlined: round ones in blue above, "
            "irregular ones in orange below.",
        .caption =
            "The benchmark: the first holdout images of each class, their ground truth outlined."};
    static const figure lesions = {
        .name = "lesions",
        .kind = RASTER,
        .alt = "Rows of small grey masks: round lesions, irregular ones and, where there are any, "
               "distractors.",
        .caption = "The library of lesions, or some of them: compactness is 1 for a disc."};
    static const figure audit = {
        .name = "audit",
        .kind = VECTOR,
        .alt = "A row for each check of the audit: its value from 0 to 1 with its interval, beside "
               "chance and the limit; discs passed, squares are warnings, triangles failed.",
        .caption = "Can the labels be told, or the truth be found, by cheating? What the audit "
                   "measured. <a href=\"../audit.json\">JSON</a>"};
    lb_status status = LB_OK;
    if (facts->examples) {
        LB_TRY(write_figure(page, facts, &examples, err));
    }
    if (facts->lesions) {
        LB_TRY(write_figure(page, facts, &lesions, err));
    }
    if (facts->audit) {
        LB_TRY(write_figure(page, facts, &audit, err));
    }
cleanup:
    return status;
}

lb_status
page_curves(FILE *page, const page_facts *facts, lb_error *err)
{
    static const figure curves = {
        .name = "training_curves",
        .kind = VECTOR,
        .alt =
            "Line charts of training and validation accuracy and loss over the epochs: a row for "
            "each corpus, a column for pre-training and one for each degree.",
        .caption = "Accuracy over the epochs, in colour, and loss, in grey on the right axis; the "
                   "dot marks the epoch whose weights were kept."};
    return facts->curves ? write_figure(page, facts, &curves, err) : LB_OK;
}
