"""The sentences of the segmentation report in both languages."""

TEXTS = {
    "en": {
        "headline": "{k} customer segments; “{name}” are {customers} of customers and {revenue} of revenue",
        "only_hidden": "{k} customer segments, too small to be described",
        "one_segment": {
            "none": "No stable solution: all customers form one segment",
            "settings": "One segment, as the settings say: all customers",
            "reduced": "Too few different customers: all of them form one segment",
        },
        "no_customers": "No customers with orders, no segments",
        "segment_columns": ["no.", "segment", "customers", "share", "revenue", "share of revenue", "stability"],
        "suppressed": "Figures are withheld where fewer than {minimum} customers, or one or two with nearly all of "
        "the revenue, would be recognisable; a second segment is withheld where the total would give the first away.",
        "stable": "stable",
        "doubtful": "doubtful",
        "unstable": "unstable",
        "why": {
            "evidence": "{k} segments separate best among the stable solutions: silhouette {silhouette}, lowest "
            "Jaccard {jaccard}",
            "settings": "The settings ask for this number of segments ({asked}), which overrules the evidence",
            "reduced": "{asked} segments were asked for; {k} is the most that different customers allow",
            "none": "No number of segments is stable and large enough, so none is claimed",
        },
        "evidence_columns": [
            "segments",
            "silhouette",
            "Davies–Bouldin",
            "smallest",
            "lowest Jaccard",
            "stable and large enough",
            "choice",
        ],
        "no_evidence": "There are too few different customers to compare numbers of segments.",
        "chosen": "chosen",
        "yes": "yes",
        "no": "no",
        "profiles": "{actions} of {segments} segments call for action",
        "profile_columns": [
            "feature",
            "compared with all customers",
            "typical",
            "typical of all",
            "standard deviations",
        ],
        "rule": "Rule of the name",
        "no_rule": "none matched",
        "action": "Suggested action",
        "no_action": "No action",
        "success": "Measure of success",
        "refused_title": "Refused features",
        "none_refused": "None",
        "refused": {
            "missing": "not in the table of features, because the data lack what it needs",
            "constant": "the same for all customers",
            "near_duplicate": "says the same as “{twin}” (correlation above 0.95)",
        },
        "method_title": "Method",
        "method": [
            "Features used: {used}. Taken as logarithm, because their skewness exceeds 1: {logged}. All as standard "
            "scores.",
            "k-means, ten starts, seed {seed}, one thread; rows sorted by value, so neither row order nor pseudonym "
            "key nor the number of cores changes a segment. scikit-learn {learn}, numpy {numpy}.",
            "Tried are {k_min} to {k_max} segments: silhouette (on {rows} customers, evenly spread), Davies–Bouldin, "
            "smallest segment, and the mean Jaccard likeness of each segment over {bootstraps} resamplings (Hennig "
            "2007).",
            "Chosen is the best silhouette among the solutions whose every segment has a Jaccard of {stable} or more "
            "and at least {share} of customers ({minimum}). Below {unstable} a segment counts as unstable.",
            "Typical is the mean, and for features taken as logarithm the mean of the logarithms, turned back: few "
            "large values move it little.",
            "Segments are numbered by falling revenue. A name goes to the segment that clears the rule by most; SD is "
            "the standard deviation over all customers.",
        ],
        "limits_title": "Limits",
        "limits": [
            "Segments describe groups. They are no ground for decisions about single persons with legal or similarly "
            "significant effect (Art. 22 GDPR).",
            "No demographic feature was used. The table of segments is pseudonymised and remains personal data for "
            "whoever holds the key.",
            "Segments describe past buying; that an action works is shown only by a comparison with customers who "
            "were not contacted.",
            "Means hide spread: a customer at the edge of a segment may be more like the next one.",
        ],
    },
    "de": {
        "headline": "{k} Kundensegmente; „{name}“ sind {customers} der Kunden und {revenue} des Umsatzes",
        "only_hidden": "{k} Kundensegmente, zu klein für eine Beschreibung",
        "one_segment": {
            "none": "Keine stabile Lösung: Alle Kunden bilden ein Segment",
            "settings": "Ein Segment, wie eingestellt: alle Kunden",
            "reduced": "Zu wenige verschiedene Kunden: Alle bilden ein Segment",
        },
        "no_customers": "Keine Kunden mit Aufträgen, keine Segmente",
        "segment_columns": ["Nr.", "Segment", "Kunden", "Anteil", "Umsatz", "Umsatzanteil", "Stabilität"],
        "suppressed": "Zahlen sind zurückgehalten, wo weniger als {minimum} Kunden, oder einer oder zwei mit fast "
        "allem Umsatz, erkennbar wären; ein zweites Segment ist zurückgehalten, wo die Summe das erste verriete.",
        "stable": "stabil",
        "doubtful": "zweifelhaft",
        "unstable": "instabil",
        "why": {
            "evidence": "{k} Segmente trennen unter den stabilen Lösungen am besten: Silhouette {silhouette}, "
            "kleinster Jaccard-Wert {jaccard}",
            "settings": "Die Einstellungen verlangen diese Zahl von Segmenten ({asked}), das geht der Evidenz vor",
            "reduced": "{asked} Segmente waren verlangt; {k} ist das Meiste, was verschiedene Kunden erlauben",
            "none": "Keine Zahl von Segmenten ist stabil und groß genug, daher wird keine behauptet",
        },
        "evidence_columns": [
            "Segmente",
            "Silhouette",
            "Davies–Bouldin",
            "kleinstes",
            "kleinster Jaccard-Wert",
            "stabil und groß genug",
            "Wahl",
        ],
        "no_evidence": "Es gibt zu wenige verschiedene Kunden, um Zahlen von Segmenten zu vergleichen.",
        "chosen": "gewählt",
        "yes": "ja",
        "no": "nein",
        "profiles": "{actions} von {segments} Segmenten verlangen eine Maßnahme",
        "profile_columns": [
            "Merkmal",
            "verglichen mit allen Kunden",
            "typisch",
            "typisch für alle",
            "Standardabweichungen",
        ],
        "rule": "Regel des Namens",
        "no_rule": "keine traf zu",
        "action": "Vorgeschlagene Maßnahme",
        "no_action": "Keine Maßnahme",
        "success": "Maß des Erfolgs",
        "refused_title": "Abgelehnte Merkmale",
        "none_refused": "Keine",
        "refused": {
            "missing": "fehlt in der Merkmalstabelle, weil die Daten nicht hergeben, was es braucht",
            "constant": "bei allen Kunden gleich",
            "near_duplicate": "sagt dasselbe wie „{twin}“ (Korrelation über 0,95)",
        },
        "method_title": "Methode",
        "method": [
            "Verwendete Merkmale: {used}. Als Logarithmus, weil ihre Schiefe 1 übersteigt: {logged}. Alle "
            "standardisiert.",
            "k-Means, zehn Starts, Startwert {seed}, ein Thread; Zeilen nach Werten sortiert, sodass weder "
            "Zeilenfolge noch Pseudonymschlüssel noch Zahl der Kerne ein Segment ändert. scikit-learn {learn}, numpy "
            "{numpy}.",
            "Versucht werden {k_min} bis {k_max} Segmente: Silhouette (an {rows} gleichmäßig verteilten Kunden), "
            "Davies–Bouldin, kleinstes Segment und mittlere Jaccard-Ähnlichkeit jedes Segments über {bootstraps} "
            "Stichproben (Hennig 2007).",
            "Gewählt ist die beste Silhouette unter den Lösungen, deren Segmente alle einen Jaccard-Wert von "
            "mindestens {stable} und mindestens {share} der Kunden ({minimum}) haben. Unter {unstable} gilt ein "
            "Segment als instabil.",
            "Typisch ist das Mittel, und bei logarithmierten Merkmalen das zurückgerechnete Mittel der Logarithmen: "
            "wenige große Werte bewegen es kaum.",
            "Segmente sind nach fallendem Umsatz nummeriert. Einen Namen bekommt das Segment, das seine Regel am "
            "deutlichsten erfüllt; SA ist die Standardabweichung über alle Kunden.",
        ],
        "limits_title": "Grenzen",
        "limits": [
            "Segmente beschreiben Gruppen. Sie sind keine Grundlage für Entscheidungen über einzelne Personen mit "
            "rechtlicher oder ähnlich erheblicher Wirkung (Art. 22 DSGVO).",
            "Kein demografisches Merkmal wurde verwendet. Die Tabelle der Segmente ist pseudonymisiert und bleibt für "
            "den, der den Schlüssel hat, personenbezogen.",
            "Segmente beschreiben vergangenes Kaufen; dass eine Maßnahme wirkt, zeigt erst der Vergleich mit nicht "
            "angesprochenen Kunden.",
            "Mittelwerte verdecken Streuung: Ein Kunde am Rand eines Segments kann dem nächsten ähnlicher sein.",
        ],
    },
}
