"""Words by which the name of a column sounds personal, in German and English, and common names of persons."""

from typing import NamedTuple


class Sound(NamedTuple):
    """What names of columns sound like: meaning, usual class, parts of names that tell, and what they yield to.

    A part tells where a word, or several side by side, begin so; from six letters on also inside a word. `=x`: only as
    a word of its own; `==x`: only as the whole name; `^x`: only where a word begins; `x$`: where a word ends so.
    `numbers_of`: whose numbers tell too, as customer in customer_no, CustomerId and id_customer.
    `of_things`, `of_measures`: not beside a word for a thing (product name) or a measure (e-mail open rate).
    """

    meaning: str
    usual: str
    parts: str
    of_things: bool = True
    of_measures: bool = True
    numbers_of: str = ""


# whoever a row may be about, and what ends a name of a number: together they name the number of a person
PERSONS = (
    "kunde kunden kd customer cust client buyer kaeufer besteller gast guest visitor besucher mitglied "
    "vereinsmitglied member patient versicherte versicherten versicherung versichertennr schueler student pupil "
    "matrikel mitarbeiter personal person employee staff user abonnent subscriber teilnehmer participant attendee "
    "bewerber applicant candidate spender donor mieter tenant halter borrower policyholder lead contact kontakt "
    "partner debitor empfaenger recipient sender absender payer payee zahler owner agent author fahrer driver "
    "lehrer teacher passagier passenger player spieler rider reader leser agentur kundenkarte kundenkarten loyalty "
    "membership chip ausweis pass passport sozialversicherungs steuer versicherungs household haushalt insured "
    "firma firmen unternehmen organisation organization company companie "
    "policy police slp cardholder deb debitoren badge club clubkarten respondent crm bonuskarten"
)
DOCUMENTS = (
    "order sale deal auftrag auftrags bestell bestellung bestellungs invoice inv rechnung rechnungs rg re renr ab ls "
    "beleg "
    "lieferschein doc document dokument docu receipt bon kassenbon quittung quittungs booking buchung buchungs "
    "reservation reservierung reservierungs ticket vertrag vertrags contract vorgang vorgangs fall case akte akten "
    "aktenzeichen gutschein voucher transaction txn trx payment zahlung zahlungs cart warenkorb quote angebot "
    "angebots shipment sendung sendungs tracking delivery lieferung liefer record referenz reference ref retoure "
    "retouren claim schaden po purchaseorder salesorder checkout subscription abo review waybill rma confirmation "
    "caseno op mandat mandats paket parcel folio"
)
NUMBERS = "kennung reference referenz nr no num number nummer id ids key code entry ref uuid guid token"

NAMES: tuple[Sound, ...] = (
    Sound(
        "an e-mail address",
        "direct",
        "email =mail emailadresse mailadresse =eml smtp =recipient",
        of_things=False,
    ),
    Sound(
        "a telephone number",
        "direct",
        "telefon telephone phone phone$ phno =phn =tel telnr telno =telf =telfx =mobil mobilnr mobilnummer "
        "mobilfunk =mobile mobilenumber mobileno mobiltel cellular =mob mobno mobnr =handy handynr handynummer =fax "
        "telefax faxnr faxno faxnum =cell cellphone rufnummer durchwahl rueckruf =pager msisdn whatsapp skype "
        "telegram",
        of_things=False,
    ),
    Sound(
        "the reference of a mandate or a card, which leads to a person",
        "identifier",
        "mandatsreferenz mandateref =cardid",
    ),
    Sound(
        "bank details",
        "direct",
        "iban sortcode =bic swift kontonr ktonr kontonummer bankname kontoinhaber bankverbindung bankkonto "
        "bankleitzahl =blz =bankn =bankl accountholder accountname acctnm bankaccount accountnumber kreditkarte "
        "kartennummer creditcard debitcard cardnumber cardno cardname cardlast cardfinger cardholder",
        of_things=False,
    ),
    Sound(
        "a tax or VAT number",
        "direct",
        "ustid umsatzsteuerid umsatzsteuernummer ustnr steuernummer steuernr steuerid ==vat vatid vatno vatnumber "
        "vatreg taxvat taxid taxno taxnumber lictradnum federaltax stceg =stcd handelsregister ==uid uidnr "
        "uidnummer",
        of_things=False,
    ),
    Sound(
        "an official number of a person",
        "direct",
        "ausweis passport =pan pannumber passno passnummer passnr =ssn =dni siret =nif =idnr steuerident rvnr "
        "svnummer =bsn =nino =ahv ahvnr aadhaar personenkennz =ssnid sozialversicherung =svnr rentenversicherung "
        "fuehrerschein socialsecurity governmentid nationalid identitycard driverlicen driverslicen drivinglicen "
        "licenseplate licenceplate numberplate kfzkennz amtlicheskennz nummernschild",
        of_things=False,
        of_measures=False,
    ),
    Sound(
        "a date or place of birth, or an age",
        "quasi",
        "geburt seniorcitizen birth gebdat gebdatum gbdat gebjahr bdate bday =dob =gebtag ==geb =alter kundenalter "
        "lebensalter altersgruppe altersklasse =age agegroup ageband agerange jahrgang =jubilaeum anniversary",
        of_measures=False,
    ),
    Sound(
        "income or means",
        "quasi",
        "income salary =wage =wages einkommen gehalt lohn$ verdienst$ creditscore bonitaet schufa kreditscore "
        "networth =pension =rente schulden mortgage steuerklasse einkommensklasse kinderfreibetr wohnsituation "
        "houseowner homeowner carsowned =housing vermoegen",
        of_measures=False,
    ),
    Sound(
        "education or occupation",
        "quasi",
        "education =edu edulvl edulevel bildung schulabschluss hochschulabschluss studienfach studienabschluss "
        "=funktion =degree schulklasse =school =university fieldofstudy studyfield graduation occupation employment "
        "jobtitle ==job profession =beruf beruf berufsbez",
        of_measures=False,
    ),
    Sound(
        "family, faith, origin or health",
        "quasi",
        "familienstand familystatus familyst =famst marital marstat relationship religion =religious konfess =konfe "
        "nationalit =natio =natl citizenship staatsang staatsbuerg ethnic =race disab behinder krank impfung vaccin "
        "schwanger pregnan =disease =symptom =symptoms therap medical ernaehrung =diet political =partei "
        "sexualorient beziehungsstatus =smoker raucher =bmi =dependents numdependents hobby hobbies "
        "versicherungsart pflegegrad pflegestufe allerg medika medication gewerkschaft kleidergr koerper bodyheight "
        "bodyweight gesundheit health diagnos bloodtype bloodgroup blutgruppe =kinder kinderzahl kinderanzahl "
        "=anzkd =children =child =kids totalchildren numberofchildren numberchildren haschildren kidhome teenhome "
        "household hhsize haushalt familiengr haushaltseink militarystatus commute muttersprache nativelanguage "
        "hslanguage newsletterlang devicelang userlang ==language buyerlang =mothertongue customerlanguage "
        "customerlocale userlocale preferredlanguage",
        of_measures=False,
    ),
    Sound(
        "gender, salutation or title",
        "quasi",
        "=geschlecht =geschl =mwd ==mwd =gesch gender =gndr ==gen =sex anrede =anred salutation =titel ==title "
        "titelakad akadgrad customerprefix customersuffix nameprefix namesuffix ==suffix anredeschl contacttitle "
        "stkzn",
        of_measures=False,
    ),
    Sound(
        "a device or an account of a person",
        "direct",
        "^ipaddr ^ipadr =ip clientip remoteip browserip remoteaddr forwardedfor useragent cookie deviceid =mac "
        "macaddr imei =imsi =passw passwor passwd =pwd userpass socialmedia twitter facebook linkedin instagram "
        "webseite website homepage "
        "=xing fingerprint signature unterschrift =foto passfoto =photo photourl profilepic avatar",
    ),
    Sound(
        "a postal code",
        "quasi",
        "=plz plz$ plzcode postleitzahl postltz postltzl =pstlz postcode postalcode =zip zipcode zipcd",
    ),
    Sound(
        "a place",
        "quasi",
        "=ort ortschaft anschlussort kanton landkreis =district suburb laender regionscode =gps koordinat "
        "coordinate geohash =lat =lng =lon hometown residence wohnviertel postbezirk =laengengrad =breitengrad "
        "wohnsitz heimatort bundesstaat wohnort =ortsteil stadtteil =stadt lieferort =city citycode citycd =town "
        "gemeinde =latitude =longitude geolocation geolat geolng =land ==country countryid countrycode countryname "
        "countryregion billingcountry shippingcountry mailingcountry =country cntry =ctry bundesland =region "
        "==regio regionid ==state billingstate shipstate shiptostate buyerstate customerstate userstate homestate "
        "shippingstate mailingstate otherstate stateprovince =province provinz =county",
    ),
    Sound(
        "the number of an address, which leads to a person",
        "identifier",
        "addressid addressesid adressid adresseid anschriftid idaddress idadress",
        of_things=False,
    ),
    Sound(
        "a street or house number",
        "direct",
        "=strasse strasse$ =strassenr strassehaus strassenname =str strnr =stras =street street$ hausnummer hausnr "
        "housenum houseno =hnr address adress anschrift ^addr =adr postfach pobox",
        of_things=False,
    ),
    Sound(
        "the number of a person",
        "identifier",
        "userid usrid contactid employeeid empid emplid personalnr personalnummer personid =pernr =adrnr ownerid "
        "createdbyid modifiedbyid changedbyid reportsto ==partner partnerid partnershippingid requesterid "
        "submitterid assigneeid authorid collaboratorid salesmanid salespersonid visitorid subscriberid sessionid "
        "guestid leadid advertisingid loyalty =lifnr recipientid =leid =euid",
        numbers_of=PERSONS,
    ),
    Sound(
        "free text, in which persons may be named",
        "direct",
        "bemerkung anmerkung notiz nachricht mitteilung specialrequest =request freieantwort meinung verbatim "
        "fehlerbeschreibung abstellort remittance zahlungsgrund hinweis wunschtext gravur beschwerde instruction "
        "giftmessage kommentar comment =note =notes customernote remark freitext freetext =memo ==message "
        "customermessage buchungstext verwendungszweck complaint ==subject betreff feedbacktext reviewtext "
        "messagetext commentbody customerdescription",
        of_things=False,
    ),
    Sound(
        "a person at work",
        "direct",
        "mitarbeiter sachbearbeit bearbeiter verkaeufer vertreter betreuer employee =empname salesperson salesrep "
        "salesman username usernicename usrnm =uname benutzer =user =login userlogin erfasser fahrer angelegtvon "
        "geaendertvon =ernam =aenam createdby changedby =personal manager =requester =assignee ==owner dealowner "
        "leadowner accountowner slpname kassierer reportedby azubi kollege vorgesetzt supervisor dozent techniker "
        "zusteller aussendienst bearbeitetvon =bearbeitet lehrer trainer =therapeut hausarzt =arzt =doctor =teacher "
        "=driver arbeitgeber employer",
    ),
    Sound(
        "a first, last or full name",
        "direct",
        "vorname =vorna nachname =nachn familienname firstname lastname =fname =lname surname fullname forename "
        "middlename middleinitial maidenname nickname geburtsname rufname zuname =name =nm kundenname customername "
        "displayname screenname searchname =alias =sortl busort matchcode ansprechp contactperson =kontakt =contact "
        "notfallkontakt emergencycontact inhaber besteller =empfaenger =absender ehepartner ehegatt spouse "
        "childrensname =firma firmenname company =compnm custnm =zusatz name$ verwalter deliverto ==co attention "
        "cntct =payee =payer =buyer =kaeufer zahler auftraggeber gastname kontaktperson begleitperson "
        "erziehungsberecht =mutter =vater =eltern elternteil =mother =father =applicant givenname familyname "
        "christianname =vname =nname =vorn =nick =holder teilnehmer rechnungsempf warenempf lieferempf adressat "
        "vormund signatory vermieter geworbenvon empfohlenvon kundin patientin kaeuferin ansprechpartnerin "
        "fahrzeughalter =claimant =insured =tenant =passenger =attendee =beneficiary beguenstigt counterparty "
        "versicherungsnehmer zahlungspflicht antragsteller eigentuemer bevollmaecht =mieter =halter consignee "
        "=debtor =creditor =initials suchbegriff postnummer kaeufername mitarbeitername verkaeufername "
        "empfaengername absendername teilnehmername patientenname schuelername mitgliedsname benutzername =guardian "
        "angehoerig mitglied unterzeichner lieferungan rechnungan =person",
    ),
    Sound(
        "a customer number",
        "identifier",
        "kundennr kundennummer kundnr kundenkarte =kdnr =kunnr customerid customerno customernumber customerkey "
        "customeruniq custid custkey custno cstmrno cstmrid =cstid =cstkey clientid kundenid =cid debitor =kunde "
        "=kunden =customer accountid acctno acctid mitgliedsnr mitgliedsnummer patient memberid memberno "
        "membernumber versicherungsnummer versicherungsnr associatedcompanyid kundenauftrag marktlokation "
        "fahrgestell =vin opportunityid endtoendid cardcode ==account ==kto ==konto vertragskonto stempelkarte "
        "zaehlernummer zaehlernr kundenreferenz",
    ),
    Sound(
        "the number of an order or a document, which leads to a customer",
        "identifier",
        "==beleg ==bon ==auftrag ==rechnung ==invoice ==order "
        "bestellnr bestellnummer ==bestellung ==salesorder kbestellung =bstnk =vbeln =belnr docnum docentry "
        "numatcard securekey vorgangsnr kassenbon gutscheincode vouchercode auftragsnr auftragsnummer auftragnr "
        "==verkaufsbeleg ==vertriebsbeleg ==faktura fakturanr fakturanummer bookingno bookingnumber billno billnumber "
        "rechnungsnr rechnungsnummer rechnr =renr belegnr belegnummer belegfeld lieferscheinnr vertragsnr "
        "vertragsnummer orderid orderno ordno ordernumber ordnum orderkey orderref incrementid quoteid invoiceno "
        "invoiceid invno invoicenumber receiptno receiptnumber documentno documentnumber paymentref paymentid "
        "paymentintent checkouttoken transactionid trackingcode trackingno trackingnumber ticketid ==reference "
        "==referenz externereferenz",
        numbers_of=DOCUMENTS,
    ),
)
# words for things, which have names, numbers and countries of their own; the beginnings of words
THINGS = (
    "kurs kostenstell course tarif geraet modul =feld tabelle salesregion strassenname numberprefix referrer "
    "trackingname =branding produ prod =prd item itm lineitem article artikel =art categ kategor =cat brand marke "
    "store shop filial warehouse lager =whs supplier lieferant manufact hersteller vendor seller file datei column "
    "spalte campaign promotion event =month =day tax currenc =uom unit attribut variant option =plan =list model "
    "=report channel =method carrier stage stock template page forecast pipeline =line website material project "
    "projekt departm =dept abteil sku =origin herkunft namensaktie namenszusatz"
)
# words for measures and states; German compounds end so
MEASURES = (
    "=count =cnt =rate =status =date =dt =at =time =timestamp =timezone =amount =amt =price =cost =costs =fee =fees "
    "=qty =quantity =total =totals =sum =avg =average =percent =pct =percentage =type =class =group =margin =sent "
    "=open =opened =clicks =currency =campaign =rating =score =ratio =orders =revenue =discount =including =service "
    "=test numberof =anzahl anzahl$ betrag$ datum$ steuersatz$ beitragssatz$ prozentsatz$ =satz preis$ kosten$ "
    "gruppe$ anteil$ zufriedenheit$ status$ umsatz$ rabatt$"
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
