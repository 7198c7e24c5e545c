/* SPDX-License-Identifier: MIT */
/* What the study shows, in words made of its tables. */
#include "page.h"

#include <math.h>
#include <string.h>

#include "html.h"
#include "lesionbench/method.h"

static void
say_cohort(FILE *page, const page_facts *facts)
{
    if (facts->simulated) {
        fputs("<p class=\"note\"><strong>These brains are simulated.</strong> ", page);
        if (facts->subjects > 0) {
            fprintf(page, "The %zu subjects (%zu slices) are deformations of one real scan",
                    facts->subjects, facts->slices);
        } else {
            fputs("The subjects are deformations of one real scan", page);
        }
        if (facts->template_name != NULL) {
            fputs(" (<code>", page);
            html_text(page, facts->template_name);
            fputs("</code>)", page);
        }
        fputs(". They are good for comparing methods with each other under known truth; they do not"
              " tell how the methods would do on your own scanner’s data.</p>\n",
              page);
    } else if (facts->subjects > 0) {
        fprintf(page, "<p>The backgrounds are %zu slices of %zu subjects.</p>\n", facts->slices,
                facts->subjects);
    }
}

static void
say_protocol(FILE *page, const page_facts *facts)
{
    if (facts->protocol == NULL) {
        return;
    }
    fputs("<p>The images follow the protocol <strong>", page);
    html_text(page, facts->protocol);
    fputs("</strong>", page);
    if (facts->distractors > 0) {
        fprintf(page,
                ": each has lesions of one shape, which tells its class, and %g times as many "
                "distractors of a third shape, as bright and as large, which tell nothing",
                facts->distractors);
    }
    fputs(".", page);
    if (facts->quirks != NULL && facts->quirks[0] != '\0') {
        fputs(" Defects of the published study that are switched on: <code>", page);
        html_text(page, facts->quirks);
        fputs("</code>.", page);
    } else if (facts->quirks != NULL) {
        fputs(" None of the published study’s defects is switched on.", page);
    }
    fputs("</p>\n", page);
}

/* What needs no network, beside what needs one. */
static void
say_strongest(FILE *page, const page_facts *facts)
{
    int strongest = strongest_control(facts->folder, CORRECT);
    if (strongest == NOT_KNOWN) {
        return;
    }
    const method_entry *control = &facts->folder->methods[strongest];
    double median = folder_cell(facts->folder, "baseline", "none", control->name, CORRECT).median;
    fputs(" The strongest control, a map of the image alone, is <strong>", page);
    html_text(page, control->title);
    fputs("</strong> with <strong>", page);
    html_rate(page, median);
    fprintf(page, "</strong>%s.",
            median >= facts->found.best.median ? ": no method is above it" : "");
}

static void
say_best(FILE *page, const page_facts *facts)
{
    const summary *f = &facts->found;
    const char *corpus = facts->folder->corpora[f->corpus];
    fputs("<p class=\"lead\">The best explanation is <strong>", page);
    html_text(page, facts->folder->methods[f->method].title);
    fputs("</strong> on the network pre-trained on <strong>", page);
    html_text(page, corpus_title(corpus));
    fprintf(page, "</strong> and fine-tuned to degree %s", degree_names[f->degree]);
    if (isfinite(f->best.accuracy)) {
        fputs(" (accuracy ", page);
        html_rate(page, f->best.accuracy);
        fputs(")", page);
    }
    fputs(": half of the images have a true positive rate of <strong>", page);
    html_rate(page, f->best.median);
    fputs("</strong> or more", page);
    if (f->chance > 0) {
        fprintf(page, ", which is %.1f times the chance level", f->best.median / f->chance);
    }
    fputs(".", page);
    say_strongest(page, facts);
    fputs("</p>\n", page);
    if (!f->accurate) {
        fprintf(
            page,
            "<p class=\"note\">No network reached an accuracy of %.2f. Where a network does not "
            "decide well there is little to explain, so these scores say little about the "
            "methods.</p>\n",
            ACCURATE);
    } else if (!summary_convince(f)) {
        fputs("<p class=\"note\"><strong>This is weaker than a working study shows.</strong> The "
              "best method should reach 6 times chance, twice every filter and the random map, and "
              "more than on the untrained network. Look for the cause before you draw "
              "conclusions.</p>\n",
              page);
    }
}

/* One line of the comparison, with a bar of its length. */
static void
bar(FILE *page, const char *title, const char *meaning, double value, const char *kind)
{
    if (!isfinite(value)) {
        return;
    }
    fputs("<tr><th scope=\"row\">", page);
    html_text(page, title);
    fprintf(page, "<small>%s</small></th><td>", meaning);
    html_rate(page, value);
    fprintf(page,
            "</td><td class=\"bar\" aria-hidden=\"true\"><span class=\"%s\" style=\"width:%.1f%%\">"
            "</span></td></tr>\n",
            kind, 100 * fmax(0, fmin(1, value)));
}

/* What a control is, for those whose names do not say it. */
static const char *
control_meaning(const char *name)
{
    const lb_method *method = lb_method_find(name);
    return method != NULL ? method->summary : "made of the image alone";
}

/* All controls, the strongest first. */
static void
list_controls(FILE *page, const study_folder *folder)
{
    bool told[MAX_METHODS] = {false};
    for (size_t rank = folder->attribution_count; rank < folder->method_count; rank++) {
        size_t next = folder->method_count;
        double max = -INFINITY;
        for (size_t m = folder->attribution_count; m < folder->method_count; m++) {
            cell c = folder_cell(folder, "baseline", "none", folder->methods[m].name, CORRECT);
            if (!told[m] && c.seeds > 0 && c.median > max) {
                next = m;
                max = c.median;
            }
        }
        if (next == folder->method_count) {
            return;
        }
        char meaning[160];
        bool strongest = rank == folder->attribution_count;
        told[next] = true;
        snprintf(meaning, sizeof meaning, "%s%s", strongest ? "the strongest control: " : "",
                 control_meaning(folder->methods[next].name));
        bar(page, folder->methods[next].title, meaning, max, strongest ? "raw" : "other");
    }
}

static void
compare(FILE *page, const page_facts *facts)
{
    const summary *f = &facts->found;
    fputs(
        "<table class=\"bars\"><caption>Median true positive rate</caption><thead class=\"unseen\">"
        "<tr><th scope=\"col\">Map</th><th scope=\"col\">Median</th><th scope=\"col\">Bar</th></tr>"
        "</thead><tbody>\n",
        page);
    bar(page, facts->folder->methods[f->method].title, "best method, trained network",
        f->best.median, "best");
    bar(page, facts->folder->methods[f->method].title, "the same on the untrained network",
        f->untrained, "other");
    list_controls(page, facts->folder);
    bar(page, "Chance", "share of true pixels", f->chance, "other");
    fputs("</tbody></table>\n", page);
}

static void
say_share(FILE *page, const page_facts *facts)
{
    fprintf(page,
            "The distractors are as bright as the lesions, so a map that follows brightness finds "
            "the lesions’ share of both, about %.2f. What a method scores beyond that, it owes to "
            "the network.</p>\n",
            1 / (1 + facts->distractors));
}

static void
say_raw_input(FILE *page, const page_facts *facts)
{
    const summary *f = &facts->found;
    if (!isfinite(f->raw_input)) {
        return;
    }
    fputs("<h3>What the raw input’s score means</h3>\n<p>The image itself, taken as if it were an "
          "explanation, scores <strong>",
          page);
    html_rate(page, f->raw_input);
    fprintf(page, "</strong>%s. It knows nothing of any network. ",
            f->raw_input >= f->best.median ? ", more than the best method" : "");
    if (facts->distractors > 0) {
        say_share(page, facts);
        return;
    }
    if (f->raw_input < 2 * f->chance) {
        fputs(
            "That is near chance: brightness alone does not give the lesions away here, so methods "
            "that multiply by the input have no advantage from it.</p>\n",
            page);
        return;
    }
    fputs(
        "It scores because the lesions are among the brightest pixels of these images. A "
        "method that multiplies by the input (InputXGradient, Integrated Gradients, GradientSHAP, "
        "DeepLIFT, LRP) inherits some of that brightness whatever the network has learnt; that is "
        "also why it can score above chance on an untrained network. So a high true positive rate "
        "alone does not prove that a method has found what the network uses: compare methods that "
        "multiply with each other, and each with itself on the untrained network.</p>\n",
        page);
}

static const char *
strength(double correlation)
{
    double size = fabs(correlation);
    return size >= 0.7 ? "strongly" : (size >= 0.4 ? "moderately" : "hardly");
}

static void
say_accuracy(FILE *page, const page_facts *facts)
{
    const summary *f = &facts->found;
    size_t methods = facts->folder->attribution_count;
    size_t high = methods, low = methods, n = 0;
    double sum = 0;
    for (size_t m = 0; m < methods; m++) {
        if (!isfinite(f->follows[m])) {
            continue;
        }
        high = high == methods || f->follows[m] > f->follows[high] ? m : high;
        low = low == methods || f->follows[m] < f->follows[low] ? m : low;
        sum += f->follows[m];
        n++;
    }
    if (n == 0) {
        return;
    }
    double mean = sum / (double)n;
    fputs("<h3>Does explanation follow accuracy?</h3>\n", page);
    fprintf(
        page,
        "<p>Over the %zu combinations of pre-training and degree, the median true positive rate "
        "%s %s accuracy (rank correlation %.2f on average over the methods; from %.2f for ",
        f->models, strength(mean), mean < 0 && fabs(mean) >= 0.4 ? "falls with" : "follows", mean,
        f->follows[low]);
    html_text(page, facts->folder->methods[low].title);
    fprintf(page, " to %.2f for ", f->follows[high]);
    html_text(page, facts->folder->methods[high].title);
    fputs(
        "). With so few networks, small differences between these correlations mean nothing.</p>\n",
        page);
}

void
page_compare_corpora(FILE *page, const page_facts *facts)
{
    const summary *f = &facts->found;
    if (facts->folder->corpus_count < 2 || !f->any) {
        return;
    }
    fputs("<h3>Does the pre-training matter?</h3>\n<p>Mean over degrees and methods of the median "
          "true positive rate: ",
          page);
    for (size_t i = 0; i < facts->folder->corpus_count; i++) {
        fputs(i > 0 ? "; " : "", page);
        html_text(page, corpus_title(facts->folder->corpora[i]));
        fputs(" <strong>", page);
        html_rate(page, f->corpus_mean[i]);
        fputs("</strong> (mean accuracy ", page);
        html_rate(page, f->corpus_accuracy[i]);
        fputs(")", page);
    }
    fputs(". Where the accuracies differ, so may the explanations for that reason alone: compare "
          "networks of like accuracy.</p>\n",
          page);
}

void
page_summary(FILE *page, const page_facts *facts)
{
    fputs("<section aria-labelledby=\"short\"><h2 id=\"short\">In short</h2>\n", page);
    if (facts->found.any) {
        say_best(page, facts);
        compare(page, facts);
    } else if (facts->folder->explanation_count > 0) {
        fputs("<p class=\"lead\">No explanation of an image that all networks classify correctly "
              "was scored, so that no best method can be named.</p>\n",
              page);
    } else {
        fputs("<p class=\"lead\">This study has no scored explanations yet.</p>\n", page);
    }
    say_cohort(page, facts);
    say_protocol(page, facts);
    if (facts->found.any) {
        say_raw_input(page, facts);
        say_accuracy(page, facts);
        page_compare_corpora(page, facts);
    }
    fputs(
        "<h3>How a map is scored</h3>\n<p>A lesion’s pixels are the ground truth. If there are "
        "<var>p</var> of them, the <var>p</var> highest pixels of the map are its answer; the "
        "<em>true positive rate</em> (TPR) is the share of the true pixels among them. Chance is "
        "<var>p</var> over all pixels. A map is one grey image of a method’s values: the luminance "
        "of their sizes, without signs.",
        page);
    if (folder_explains_with(facts->folder, "lrp") &&
        folder_explains_with(facts->folder, "input_x_gradient")) {
        size_t methods = 0;
        for (size_t m = 0; m < facts->folder->attribution_count; m++) {
            methods += folder_explains_with(facts->folder, facts->folder->methods[m].name);
        }
        fprintf(page,
                " LRP by the epsilon rule and InputXGradient are the same on these networks up to "
                "rounding, so that the %zu methods count as %zu.",
                methods, methods - 1);
    }
    fputs("</p>\n</section>\n", page);
}
