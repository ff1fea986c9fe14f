"""Words by which the name of a column sounds personal, in German and English, and common names of persons."""

# meaning, usual class, and the parts of names that tell; "=x": only as a word of its own
NAMES: tuple[tuple[str, str, str], ...] = (
    (
        "an e-mail address",
        "direct",
        "email =mail emailadresse",
    ),
    (
        "a telephone number",
        "direct",
        "telefon telephone phone =tel telnr mobil handy =fax telefax =cell",
    ),
    (
        "bank details",
        "direct",
        "iban =bic swift kontonr kontonummer kontoinhaber bankverbindung bankleitzahl =blz accountholder "
        "kreditkarte creditcard cardnumber",
    ),
    (
        "a tax or VAT number",
        "direct",
        "ustid umsatzsteuer ustnr steuernummer steuernr steuerid =vat vatid vatno vatnumber taxid taxno "
        "taxnumber handelsregister =uid",
    ),
    (
        "an official number of a person",
        "direct",
        "ausweis passport =ssn sozialversicherung =svnr rentenversicherung krankenkasse fuehrerschein socialsecurity",
    ),
    (
        "a date or place of birth, or an age",
        "quasi",
        "geburt birth gebdat gebdatum bdate =dob =gebtag =alter =age jahrgang",
    ),
    (
        "a street or house number",
        "direct",
        "strasse =str street hausnummer hausnr =hnr adress anschrift postfach pobox",
    ),
    (
        "a postal code",
        "quasi",
        "=plz postleitzahl postcode postalcode =zip zipcode",
    ),
    (
        "a place",
        "quasi",
        "=ort wohnort ortsteil =stadt lieferort =city =town gemeinde =latitude =longitude =land =country "
        "cntry bundesland =region",
    ),
    (
        "gender",
        "quasi",
        "geschlecht gender =gndr =gen =sex anrede salutation =titel",
    ),
    (
        "family, faith, origin or health",
        "quasi",
        "familienstand marital religion konfession nationalit staatsang citizenship behinderung krankheit "
        "gesundheit health kinder",
    ),
    (
        "a first, last or full name",
        "direct",
        "vorname nachname familienname firstname lastname surname fullname forename middlename geburtsname "
        "rufname zuname =name kundenname customername ansprechpartner contactperson =kontakt =contact inhaber "
        "besteller =empfaenger =firma firmenname company",
    ),
    (
        "a person at work",
        "direct",
        "mitarbeiter sachbearbeit bearbeiter verkaeufer vertreter betreuer employee salesperson salesrep "
        "username benutzer =user =login erfasser fahrer angelegtvon geaendertvon createdby changedby "
        "=personal personalnr",
    ),
    (
        "a device or an account of a person",
        "direct",
        "ipadress ipaddr =ip cookie deviceid =mac kennzeichen licenseplate passwor socialmedia =twitter facebook",
    ),
    (
        "free text, in which persons may be named",
        "direct",
        "bemerkung notiz kommentar comment =note =notes remark freitext =memo",
    ),
    (
        "a customer number",
        "identifier",
        "kundennr kundennummer kundnr =kdnr customerid customerno customernumber customerkey custid custkey "
        "custno =cstid =cstkey clientid kundenid =cid debitor =kunde =kunden =customer mitgliedsnr "
        "mitgliedsnummer patient memberid",
    ),
    (
        "the number of an order or a document, which leads to a customer",
        "identifier",
        "bestellnr bestellnummer auftragsnr auftragsnummer auftragnr rechnungsnr rechnungsnummer belegnr "
        "belegnummer lieferscheinnr orderid orderno ordernumber ordnum invoiceno invoiceid invoicenumber "
        "ticketid",
    ),
)

FIRST_NAMES = """
ahmet alexander ali amanda andrea andreas andrew angela anja anke anna anne annette anthony antje anton antonio
ashley ayse barbara ben bernd berta bertha bettina betty birgit brian brigitte carina carlos carol carsten charles
charlotte christa christian christiane christina christine christoph christopher clara claudia daniel daniela david
deborah dennis dieter dirk donna doris eberhard edith edward egon elena elias elisabeth elke ella emil emilia emily
emma erich erika erna erwin eva fabian fatma felix finn florian frank franz franziska frieda friedrich gabriele
georg george gerd gerda gerhard giovanni gisela giuseppe greta gustav günter günther hanna hannah hans harald hedwig
heike heinrich heinz helga helmut henry herbert hermann hilde holger horst hugo ida inge ingrid irmgard ivan jakob
james jan jana jason jean jeffrey jennifer jens jessica joachim johanna johannes john jonas jose josef joseph juan
julia julian jutta jörg jürgen karin karl karla karsten katharina katja katrin kenneth kerstin kevin klara klaus
kurt lara lars laura lea lena leon leonie leopold lina linda lisa louis luc luca ludwig luigi luis lukas lutz
magdalena manfred manuela marc marco margaret maria marie marion markus marlene martin martina mary mathias matthew
matthias max maximilian mehmet melanie mia michael michaela michelle mila mohammed monika moritz mustafa nadine
nancy natalia nathalie nele nicole niklas nils noah norbert olaf olga oliver oskar otto patricia patrick paul paula
peter petra philipp pierre piotr rainer ralf regina reinhard renate richard robert roland rolf ronald rosemarie
rudolf ruth ryan rüdiger sabine sabrina sandra sara sarah sebastian silke silvia simon simone sonja sophia sophie
stefan stefanie steffen stephan steven susan susanne sven svenja sylvia tanja theo theresa therese thomas thorsten
tim tobias tom torsten ulrich ulrike ursula ute uwe valentin vanessa vera veronika vincent volker walter waltraud
werner wilhelm william wolfgang yvonne
"""
LAST_NAMES = """
albrecht arnold baumann berger bergmann brandt brown böhm davis demir dietrich fischer franke friedrich günther haas
hartmann heinrich herrmann hoffmann hofmann huber jansen janssen johnson jones jäger kaufmann kaya koehler kraus
krause krueger krämer krüger kuhn köhler kühn lehmann lorenz ludwig maier mayer meier meyer moeller mueller möller
müller neumann nguyen nowak peters pfeiffer pohl roth sauer schaefer schmid schmidt schmitt schneider scholz
schreiber schroeder schröder schubert schulz schulze schumacher schuster schäfer seidel simon smith thomas vogt
voigt wagner walther weber werner williams winkler yilmaz ziegler zimmermann
"""  # without those that are colours, sizes, animals or trades in which things are sold
