/**
 * Common passwords in lower case: the long ones complete, and the shorter ones without digits and signs at both ends. From the
 * frequency list of zxcvbn (Dan Wheeler and Dropbox, Inc.), as @zxcvbn-ts/language-common 3.0.4 carries it; MIT License.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
	`
0000000000d 0000000000o 000777fffa 0102030405 010203040506 01234567890 012345678910 0123654789 0123698745 014702580369
0147258369 0147852369 0147896325 0192837465 01telemike01 050605rostik 0987654321a 0cdh0v99ue 0o9i8u7y6t 1020304050
102030405060 1029384756 1029384756q 10293847qp 10987654321 1111111111zz 1111122222 11111aaaaa 1112131415 111222333000
111222333444555 111222333a 1122112211 1122334455 112233445566 1123581321 1133557799 1212312121 1213141516 1223334444
122333444455555 123123123a 123123123q 123321123321 123321456654 123321qweewq 1234509876 1234554321 1234554321a
1234554321q 1234562000 12345654321 123456654321 12345672000 12345677654321 123456782000 1234567887654321 123456789*
123456789. 1234567890 12345678900 123456789000 12345678900987654321 12345678901 123456789012 1234567890987654321
1234567890a 1234567890d 1234567890l 1234567890m 1234567890o 1234567890p 1234567890q 1234567890qaz 1234567890qw
1234567890qwe 1234567890s 1234567890w 1234567890z 1234567890zzz 1234567891 12345678910 123456789101 12345678912
123456789123 1234567892000 12345678987654321 1234567899 123456789987654321 123456789a 123456789aa 123456789aaa
123456789abc 123456789as 123456789asd 123456789b 123456789c 123456789d 123456789e 123456789f 123456789g 123456789i
123456789j 123456789k 123456789l 123456789m 123456789n 123456789o 123456789p 123456789q 123456789qaz 123456789qq
123456789qqq 123456789qw 123456789qwe 123456789r 123456789s 123456789t 123456789v 123456789w 123456789x 123456789y
123456789z 123456789zx 123456789zxc 123456789zz 12345678qwe 12345abcde 12345trewq 12345zxcvb 1236547890 123654789a
123ewqasdcxz 123hfjdk147 123qwe123qwe 123qwe456rty 123qweasdzx 12andriy14 12qw34er56ty 1324354657 1346798520
1357908642 1357924680 1357997531 1472583690 147258369a 159753159753 1597532486 159753456852 17171717aa 1928374655
192837465q 193570356033 1958proman 1986irachka 1994200414 19952009sa 19960610ilja 19mtpgam19 1a2a3a4a5a 1a2a3a4a5a6a
1a2b3c4d5e 1a2s3d4f5g 1a2s3d4f5g6h 1pass1page 1q2q3q4q5q 1q2w3e4r5t6y 1q3e5t7u9o 1qa2ws3ed4rf 1qa2ws3ed4rf5tg
1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qazxsw23edc 1qazxsw23edcvfr4 1z2x3c4v5b 20162016up 2143658709 23176djivanfros
23wkoa0fp78dk 2468013579 2606642yra 26429vadim 2dumb2live 31217221027711 3141592654 3216732167 32615948worms
38gjgeuftd 3f3fpht7op 3rjs1la7qe 3syqo15hil 413276191q 41d8cd98f00b 420842084208555 4294967296 4815162342 4815162342a
4815162342lf 4815162342lost 4815162342q 4904s677075 51051051051 541233432442 5432112345 5544332211 5858855abc
59382113kevinp 5hsu75kpot 5t4r3e2w1q 6215mila6215 671fsa75yt 70780070780 7410258963 7418529630 742617000027
7777755102q 7894561230 789456123a 789456123q 7elephants 7jokx7b9du 7ugd5hip2j 80070633pc 80361665abc 80637852730
8096468644q 80972694711 80988218126 87654321vv 87e5nclizry 88002000600 89015173454 89032073168 89057003343
89063032220m 89132664230 89172735872 89181502334 89211375759 89231243658s 89600506779 89614774181 89876065093rax
89semtsriuty 8phrowz622 8phrowz624 9085084232 9085603566 9293709b13 9638527410 9731553197 9874563210 987654321a
987654321g 987654321z 989244342a 9988776655 999111999q 99strenght 9z5ve9rrcz a123456789 a1234567890 a1a2a3a4a5 a1b2c
a1b2c3d a1b2c3d4e5 a1s2d a1s2d3f a1s2d3f4g5 a1s2d3f4g5h6 a2b3c a2b3c4d a3eilm2s2y a789456123 a987654321 aa123456789
aaliyah aardvark aaron abby abc123456789 abcd abcde12345 abercrombie aberdeen abgrtyu abigail abracadabra abraham
abrakadabra absolut absolutely access accord account accountbloc accounting achilles action activation active
ad12345678 adam adams adgjmptw adidas admin administrator admiral adonis adrenaline adrian adriana adrienne adult
aezakmi afghanistan africa afrika2002 again agent aggies aikido airborne airbus airforce airplane ajcuivd289
ajnjuhfabz aksjdlasdakj89879 alabama alan alaska albatros albert alberto albina albion alejandr alejandro1 aleksander
aleksandr aleksandra aleksey alenka alessandra alessandro alex alexalex alexande alexander alexandr alexandra
alexandria alexia alexis alexsander alfa alfred alibaba alice alicia alien aliens alina alinaalina alisaalisa alison
alkanaft123 allahuakbar allen alliance allison allmine allsop allstar alpha alphabet alphabravo alphaomega alpine
alternativa alternative alucard always alyssa am4h39d8nh amadeus amadeusptfcor amanda amateur amazing amazon
ambassador amber amelia america american amsterda amsterdam an83546921an13 anaconda anakin anal analsex anarchy
anastasia anastasija anastasiya anderlecht anders anderson andre andrea andreas andrei andres andrew andrewjackie
andrey andromeda andy anfield angel angela angelangel angelica angelina angelo angelochek angelofwar angels angie
angus anhyeuem animal animals anime anna anne annette annie answer antananarivu anthony antichrist antoine anton
antoni antonio anubis anything anytimetoday apache apocalypse apokalipsis apollo apple applejuice applepie apples
applesauce april aquarius aragorn archer archie area arizona arjay armageddon armagedon armani army arnold arsenal
artemartem artemis arthur artist artur asd123asd123 asdasd asdf asdfasdf asdfg asdfgh asdfghj asdfghjk asdfghjkl
asdfjkl asdzxc ashlee ashley ashton asia asian aspire aspirine assass assassin assfuck asshole assholes assman assword
astalavista asterix astonmartin astonvilla astra334566 astrid astros athena athens atlanta atlantic atlantis atomic
attack attitude auburn auckland2010 audia audrey august aurora aussie austin australi australia autumn avalanch avalon
avatar avenger avrillavigne awdrgyjilp awesome awo8rx3wa8t azamat azerbaijan azerbaycan azerty azertyuiop azsxdc
azsxdcfv azsxdcfvgb azwebitalia babe babemagnet babes babies baby babybaby babyblue babyboy babydoll babyface babygirl
babylon bacardi back backdoor backup bacon badass badboy baddog badger badgirl badiman28200 badnaamhere baggins bagira
bailey ball baller balloon balloons balls bambam banana bananas banane bandit bang bangbang bangkok bangladesh banker
banner banshee barbara barbarossa barber barbie barcelon barcelona barefoot barkley barnes barney barrett barry barsik
bart bartman baseball basket basketba basketball bass bassman bassmaster bastard batman battle battlefield battlestar
baxter bayern bcfields beach beaches beagle beamer bean beaner beanie bear bearbear bears beast beastie beatles
beatrice beautifu beautiful beauty beaver beavis because beckham becky beefcake beemer beer beerbeer beetle believe
belinda bell bella belladonna belle bender benfica bengals benjamin bennett benny benson bentley beowulf beretta
berezuckiy berger berlin bermuda bernadette bernard bernie bertha bertie bestfriend beth bethany better betty beverly
bhbirf bhrh0h2oof6xbqjeh bianca biblioteka bicycle bigass bigballs bigbear bigbird bigboobs bigboy bigbrother bigbutt
bigcock bigdaddy bigdick bigdog bigfoot bigger biggie biggles bigguy bigmac bigman bigmike bigmoney bigone bigred
bigsexy bigtime bigtits bike bikini bill billie billy billybob billyboy bimmer bing bingo bird birdie birdman
birmingham birthday biscuit bishop bitch bitchass bitches biteme bizkit blabla black blackadder blackberry blackbir
blackcat blackdog blackdragon blackhaw blackhawks blackheart blackhorse blackie blackjac blackjack blacklabel blackman
blackmetal blackout blacks blacksheep blacksonblon blackwhite blacky blade bladerunner blades blahblah blake blaster
blazer blessed blessing blingbling blink blitzkrieg blizzard blonde blondes blondie blood bloody blossom blow blowjob
blowme bltynbabrfwbz blue bluebird blueblue blueboy bluedevils bluedog bluedragon blueeyes bluemoon blues bluesky
bmvm3e46gtr boat bobafett bobbie bobbob bobby bobcat boeing bogart bogdan bogey bohica bollocks bollox bomber bond
bondage bondarenko bone bonehead boner bones bonita bonjour bonkers bonnie bonsai boob boobie boobies booboo boobs
booger boogie booker bookworm boomboom boomer bootie boots booty boredboi4u boricua boris bosco boss bossman boston
bot_schokk bottle bottom bounce bowler bowling bowser boxing boxster boy1cool23 boy4u2ownnyc boys bpgjldsgjldthnf
br0d3r brad bradford bradley brandi brando brandon brandy brasil braveheart braves bravo brazil breakdance breast
breasts breeze brenda brendan brent brewer brewster brian briana brianna bridge bridget brighton bristol britney
brittany broadway broken bronco broncos brooke brooklyn brooks brother brothers brown brownie browns bruce brucelee
brucewayne bruins bruno brutus bryan bryant bubba bubbas bubble bubbles buck bucket buckeye buckeyes buckshot buddah
buddha buddie buddy budlight budman budweise buffalo buffett buffy bugger builder bujhmbujhm bull bulldog bulldogs
bullet bullnuts2003 bulls bullseye bullshit bullwinkle bunghole bunny burger burton bush bushmaster business
businessbabe busted buster butch butler butt butter butterbean butterfl butterfly butthead butthole buttman button
buttons butts buzz buzzard bvncnbnvvbn byajhvfnbrf byteme c43dae874d c43qpul5rz c7e4f8ezqh cabbage cactus cadillac
caesar caitlin calculator calgary calico caliente californ california caligula callaway callie callofduty calvin
camaro cambiami camel camelot camels camera cameron camilla camille campbell camper canada canadian cancel cancer
cancun candice candle candy candyeater candyfinger candyman cannon cannondale canon cantona capital capone captain
caramel carbon cardinal carina carl carla carlo carlos carlton carmel carmen carol carole carolin carolina caroline
carolyn carpet carrera carrie carrot carson carter cartman cartoon casablanca casanova caserta casey cash casino
casper cassidy cassie castle catalina catch catdog caterpillar catfish catherin catherine cathy catman cats cavalier
caveman ccbill cdtnkfyf cecilia cedric cegthgegth cegthgfhjkm celeron celeste celica celine celtic celtics cent center
central century cerberus cessna cfitymrf cfkfvfylhf cgfhnfr cghfdjxybr cgtwbfkbcn chad chainsaw chair challenger champ
champion champs chance chandler chanel chang change changed changeme chao chaos charger chargers charity charlene
charles charleston charley charli charlie charlott charlotte charlton charly charmed chase chaser cheater cheburashka
check checkers cheeks cheerleader cheerleaers cheers cheese cheeseburger cheesecake cheetah chelsea chemical cheng
cherokee cherry cheryl chessmaster chester chesterfield chevelle chevrole chevy chewie cheyenne chicago chichi chicken
chickens chickenwing101 chicks chico chief chiefs children china chinchilla chinook chip chipper chivas chloe chocolat
chocolate chong chopper chou chris chrisbln chrisbrown chrissy christ christia christiaan christian christie christin
christina christine christmas christop christophe christopher christy chrome chronic chrono chuang chubby chuck
chuckie chuckles chucky chun chunky chupakabra church cicero cigars cincinnati cinder cinderella cindy cinnamon circle
circus city civilization cjdthitycndj cjkysirj cjkywt claire clancy clapton clarence clarinet clark classic claude
claudi claudia claudio claymore clayton clemson clevelan clifford clinton clipper clitoris cloud clouds clover clown
clubpenguin cnfc35762209 cnfnbcnbrf cnjvfnjkju cobra cocacola cocaine cock cockgobbler cocks cocksucker coconut cody
coffee cohiba coke coleman collection colleen college collin collins colombia colonel colorado colors colt coltrane
columbia columbus combat comet comicbookdb comicbooks comics command commando commercial common company compaq
compatible computador computadora compute computer concrete condom condor confidence configuratio confused cong
connect connection conner connie connor conrad constantin constantine construction consumer contact content
contortionist contrasena control controller cookie cookies cool cooldude cooler coolguy coolio coolman cooper
coorslight cooter copenhagen copper cornell corona corperfmonsy corporation corrado corvette cosmo cosmopolitan cosmos
cosworth cotton cougar counterstrike country courage courtney cowboy cowboys coyote cracker craig crash crawford crazy
crazybab crazyhorse cream creampie creamy creative credit crepusculo cricket crimson cristina cristopher critter
crjhgbjy crow cruise cruiser crunch crusader crysis crystal ctdfcnjgjkm cthulhu cthutq cubbies cubswin cuddles cumming
cumshot cunt cuntfinger cunts cupcake curious curtis custom cutlass cutter cvzefh1gkc cxfcnkbdfz cxfcnmt cxfcnmttcnm
cyber cyberonline cyclone cyclops cyecvevhbr cyjdsvujljv cynthia cypress cytuehjxrf daddy daddysgirl daewoo dagger
daisy dakota dale dalejr dallas dalton damage damian damien dammit damnit dana dance dancer dang danger danie daniel
daniela danielle daniil danila danni danny dannyboy dante danzig daphne darius dark darkknight darkman darkness
darkside darkstar darling darrell darren darthvader darwin dashadasha dave david davide davids davidson davis dawg
dawn dawson daytona dbrnjh dbrnjhbz dbrnjhjdbx dbrnjhjdyf dctvcjcfnm dctvghbdtn deacon dead deadhead deadman dean
deanna death debbie deborah december deedee deejay deeppurple deepthroat deerhunter deeznuts deeznutz defender defiant
deftones delete delphi delta deltaforce deluxe demolition demon demons denali denis denise deniska dennis denver
department depeche depechemode derek derrick description desert design designer desire desiree deskjet desperados
destiny destroy destruction detroit deutschland devastator devil devildog devildriver devilmaycry devils dexter
dfcbkbq dfkthbz dfkthf dfktynbyf dfktynbyrf dfvgbh dharma dhjnvytyjub diablo diamond diamonds dian diana diao dick
dickhead dicks dictionary diehard diesel dietcoke difference digger diggler digital digitalprodu dilbert dildo
dilligaf dillon dima dinamo ding dingdong dino dinosaur direct director dirty discover disney disneyland diver divine
dixie djljghjdjl dkflbckfd dkflbdjcnjr dkflbvbh dkflbvbhjdbx dkflbvbhjdyf dmiller12as doberman doctor dodge dodger
dodgeram dodgers dodgeviper dogfood dogg doggie doggy doggystyle doghouse dogman dogphil3650 dogs doitnow dollar
dollars dolphin dolphins domainlock2005 domination dominic domino domodedovo donald donaldduck dong donkey donkeykong
donna donnie donuts doobie doodle doogie dookie dorian dorothy double doug doughboy douglas down downtown dracula
drago dragon dragonball dragonballz dragonfire dragonforce dragons dragoon drake dream dreamer dreamonline dreams drew
driver drizzt droopy drowssap drpepper drumandbass drummer dthjybrf dtynbkznjh dublin ducati duchess duck dude dudley
duke dumbass duncan dunnowho89 duranduran durango duster dustin dusty dutch dutchess dylan e6pz84qfcj eagle eagles
eastside easy eatme eatpussy eatshit eclipse eddie eduard eduardo edward edwardcullen edwards eeyore efbcapa201
eghfdktybt eileen einstein ejaculation ekaterina elaine eleanor electra electric electron electronic electronics
element elena elephant eleven elijah elizabet elizabeth elliot elliott elsalvador elvira elvis elwood emerald emerson
emily eminem emma emmanuel emmitt empire energy engage engine engineer engineering england english enigma enjoy enter
enterpri enterprise entertainment eraser eric erica ericsson erik ernest erotic erotica escaflowne escape escort
esther eternal eternity eugene eureka europa europe evanescence evangelion evelyn everest everton everything excalibu
excellence exigen exigent exodus experience experienced explorer express extreme eybdthcbntn f**k fabian fabie fabric
face facial faggot faith falcon falcons fallen fallenangel fallout falloutboy family famous fang fantasy farmer
farside fart fartripper fashion fast faster fatass fatboy fatcat father fatima fatman fcbarcelona fcnfkfdbcnf
fdnjhbpfwbz feather february federico feet felicia felicidade felipe felix fender fenerbahce feng fernand fernando
ferrari ferret fester fetish fghtkm fgjkbyfhbz fgjrfkbgcbc ficken fiesta figaro fighter fighting54 filter filthy
finalfantasy findaupair007 finger fingers finish fiorentina fire fireball firebird firefighter firefly firefox fireman
firestarter first firstone123 fish fisher fishes fishfinger fishing fisting fitness fitzgerald five fkg7h4f3v6
fkmnthyfnbdf fktrcfylh fktrcfylhf fktrcfylhjd fktrcfylhjdbx fktrcfylhjdf fktrcfylhjdyf fktrcfylth fktrctq flames
flamingo flash flatron fletch fletcher flight flintstone flipper floppy florence florian florida flounder flower
flowers floyd fluffy flvbybcnhfnjh flyboy flyers flying focus foobar footbal football ford fordf forest forever
foreveryoung forfun forget forgetmenot forgot formatters formula forrest fortuna fortune foryou fossil foster
foundation fowler foxtrot france frances francesc francis franco francois frank frankie franklin franky frankzappa
freak freaks freaky freckles fred freddie freddy frederic frederiksberg fredfred free freedom freelancer freeman
freepass freeporn freeuser freeze french fresh freyfvfnfnf friday friend friendly friends friendship friendster fright
frisco frisky fritz frodo frog frogger froggy froinlaven fromvermine front frontier frosty frozen frozenfish fubar
fuck fuck_inside fucked fucker fuckers fuckface fuckfuck fuckher fuckin fucking fuckinside fuckit fuckme fuckmehard
fuckmylife fuckoff fuckthemall fucktheworld fuckthis fuckthroat fucku fuckyou fuckyoubitch fuckyouguys fufnfrhbcnb
fugazi function funny funtime fusion futbol future fyfcnfcbz fyfnjkmtdbx fyfnjkmtdyf fylhtq fynfyfyfhbde fytxrf gabrie
gabriel gabriela gabriell galatasara galatasaray galaxy galina galore gambit gamecube gamemaster gameover games
gandalf gang gangbang gangbanged gangsta gangster garage garbage garcia garden garfield gargoyle garrett gary gaston
gatekeeper gateway gator gators gblfhfcbyf gbpltw gearsofwar gegcbr geheim gemini general generation genesis genius
geoffrey george georgetown georgia gerald gerard gerasimova german germany geronimo gesperrt getmoney getsome
gettysburg gfhfcjkmrf gfhfktkjuhfv gfhfvgfvgfv gfhjkm gfhjkmgfhjkm ghbdtn ghbdtnbr ghbdtndctv ghbdtnghbdtn ghbdtngjrf
ghbdtnrfrltkf ghetto ghhh47hj764 ghhh47hj7649 ghjatccbjyfk ghjcnbnenrf ghjcnbvtyz ghjcnj ghjcnjabkz ghjcnjgbpltw
ghjcnjgfhjkm ghjcnjghjcnj ghjcnjnfr ghjcnjqgfhjkm ghjcnjrdfibyj ghjcnjrdfif ghjgfufylf ghjnbdjcnjzybt ghjnbdjufp
ghjrehfnehf ghjrjgtyrj ghjuhfvbcn ghjuhfvvbcn ghost ghostrecon ghostrider ghtdtlvtldtl giant giants gibson gilbert
gillian ginger giorgi giovanni girl girlfriend girls giuseppe gizmo gizmodo gjdtkbntkm gjhjlfcjqrb gjikbdctyf gjkbyf
gjkysqgbpltw gjyjvfhtdf gjytltkmybr gladiator global gloria glory gmoney gn56gn goalie goaway goblin goblue gobucks
goddess godfathe godfather godisgreat godsmack godzilla godzils4s7 gofish goforit goku gold goldberg golden goldfinger
goldfish goldie goldstar goldwing golf golfball golfer golfgolf golfing goliath gollum gonavy gong gonzo goober good
goodboy goodbye goodfellas goodluck goodman goodmorning goodtime goofy google goose gopher gordolee85 gordon gorilla
gotcha gothic gotohell govols grace gracie graham grandma grandmaster grandorgue granny grant grapes grasshopper
grateful great greatone greece greedisgood green greenbay greenday greene greengreen greenhouse greenlantern greens
greg gregor gregory gremlin grendel gretchen gretzky griffey griffin grimreaper gringo grizzly gromit groove groovy
groucho groupd2013 grover grumpy gsxr gthtcnhjqrf gthtrfnbgjkt gthtrhtcnjr gtnhjpfdjlcr guardian guest guiness
guinness guitar guitarhero gundam gundamwing gunnar gunner gunners gunslinger gustav gxlmxbewym gy3yt2rgls h72sfibbnl
hacked hacker hailey hairy halflife hallelujah hallo hambone hamburg hamilton hamlet hammer hammerhead hammers
hammertime hampton hamster handsome handyman hang hank hanna hannah hannibal hansen hansolo happy happyday happyhappy
hard hardcock hardcore harder hardon hardrock hardwareid harley harmony harold harper harris harrison harry
harrypotter harvey hassan hastings havefun hawaii hawaiian hawk hawkeye hawkeyes hayabusa hayden hayley
hd764nw5d7e1vb1 hd764nw5d7e1vbv head headhunter health heart hearts heather heaven heavymetal heckfy hector hedgehog
hedimaptfcor heidi heineken helen helena helicopter hell hellfire hello hellohello hellokitty helloo hellothere
helloworld hellraiser hellyeah helmet help helpme hendrix henry hentai herbert herbie hercules herman hermes hershey
hesoyam hidden higgins highland highlander hijodeputa hill hilton hiphop history hithere hitler hitman hjvfirf hobbes
hobbit hockey hocuspocus hokies holden holiday holland hollister1 holly hollywoo hollywood holmes holyshit home homer
homers homerun honda hondacivic hondas2000 honey hong hongkong hooker hoosier hoosiers hooter hooters hootie hoover
hope hopper horizon horndog hornet horney horny horse horsepower horses hotbox hotboy hotdog hotpussy hotred hotrod
hotsex hotshot hotstuff hottie house housemusic houses housewifes houston howard hshfd4n279 htubcnhfwbz hudson hummer
hungry hunter hunting hurley hurrican hurricanes husker huskers huskies hustler hyperion hypnodanny iaapptfcor
iamawesome iampurehaha2 ib6ub ibanez icecream iceman iddqdiddqd iddqdidkfa idiot idontkno idontknow iforgot igor
iguana ihateyou ilikepussy illini illuminati illusion iloveboobies ilovegirls ilovejesus ilovemusic ilovemyfamily
ilovemylife ilovemyself ilovepussy ilovesex iloveu iloveyo iloveyou imagination imagine imjakie123 immortal impala
imperial impossible incredible incubus independent india indian indiana indians indigo infalicall infantry inferno
infiniti infinity information ingodwetrust ingrid insane insert insertions inside installdevic installsqlst
installutil integra intel intelinside intelligence interacial intercourse intermilan international internet intrepid
intruder inuyasha ipo54tj45uy856 ireland irina irish ironmaiden ironman isabel isabella isabelle isaiah iseedeadpeople
island israel italia italian itsasecret ivan ivanivanov ivanov ivanova iverson iwantu j3qq4h7h2v j4ye3uz jabroni jack
jackal jackass jackdaniels jackhammer jackie jackoff jackson jacob jacqueline jade jagger jaguar jake jamaica james
jamesbon jamesbond jamesjames jamie jammer jammin jane janet janice janine january japan japanese jarhead jasmin
jasmine jason jasper java javier jaybird jayden jayhawk jazz jazzman jean jeanette jeanne jedi jediknight jedimaster
jeep jeff jeffery jeffrey jenn jenna jennie jennifer jenny jensen jeremiah jeremy jericho jerkoff jerome jerry jersey
jess jesse jessejames jessic jessica jessie jester jesus jesuschris jesuschrist jesusfreak jesusislord jesussaves
jetbalance jethro jewels jigei743ks jill jillian jimandanne jimbo jimbob jimmy jktymrf jlbyjxtcndj joanna joanne
joejoe joey johann johanna johannes john johnboy johnjohn johnny johnson joker jokerjoker jokers jonathan jones jordan
jose joseph josephphone7 josh joshua journey jrcfyf juan juancarlos judith juggalo juggernaut juice julia julian julie
juliet juliette julius jumper junebug jungle junior jupiter just4me justdoit justforfun justice justin justinbiebe
justinbieber justine justme juventus jxfhjdfirf k123456789 kahuna kaiser kaktus kalifornia kaliningrad kamehameha
kamelia2011 kamikaze kang kangaroo kanmax1994 kansas karate karen karina karma karolina kashmir kasper katana katerina
katherine kathleen kathryn kathy katie katrin katrina katyakatya kawasaki kaylee kazakhstan kbnthfnehf kcj9wx5n
kd189nlcih keeper keith kelley kelly kelsey kendall kennedy kenneth kenny kenshin kensington kentucky kenwood kenworth
kermit kevin keyboard keystone keywest kickass kicker kids kill killbill killer killers killme kimber kimberly king
kingdom kingfish kingfisher kingkong kingpin kingston kinky kipper kirill kirsten kiss kisses kissme kitkat kitten
kitty kittycat kittykat kittykitty kl?benhavn klapaucius klaster klingon klubnichka knickerless knickers knicks knight
knights knopka knucklehead kobebryant kodiak kolobok kong konovalova konstantin kool korn koshka kosmos kostya kotenok
kozanostra kramer krasavchik kravchenko krishna krista kristen kristi kristin kristina kristine kristopher kristy
kryptonite krystal ktjynsq40147 ktyjxrf kudos4ever kume kungfu kurtcobain kwiatuszek kyle labrador labtec lacrosse
ladies lady ladybug ladyffesta laguna lakers lakota lambert lamborghini lamborgini lamont lance lancelot lancer lang
lansing laptop larisa larry laser lasvegas latin latino laura laurel lauren laurie lawrence lawyer leader leanne
leather leavemealone ledzep ledzeppelin left4dead2 legacy legend legion legolas lemons leng lennon leonard leonardo
leonid leopard lesbian lesbians leslie lespaul lestat lester letmein letmeinnow letsgo lewis lexmark lexus lfplhfgthvf
lhbjkjubz2957704 liberty library lick licker lickit lickme life lifehack lifeisgood lifetime light lighter lighthouse
lightnin lightning lights lightsaber lillian lilly limpbizkit lincoln linda lindsay lindsey lineage ling linkinpark
lion lionel lionking lions liquid lisa lisalisa lissalissa little littlebear littlebitch littlefuck littlegirl
littleminge littleslut littlewhore liverpoo liverpool liverpoolfc livestrong lizard lizzie lkjhgfdsazx loaded lobster
lockerroom loco logan logitech lokomotiv lola lolipop lolita lollipop lollol lololyo123 london lonely lonestar
lonewolf long longhorn look looker looking looney looser loploprock lord lorenzo lori lorraine losangeles loser losers
lost4815162342 lothlorien lotrfotr34 lotus louis louise loulou love loveforever loveislife loveit lovelove lovely
loveme lover loverboy lovers lovesex loveyou lovezp1314 loving lowrider lp2568cskt lsia9dnb9y luansantana lucas
lucifer lucky luckycharm luckydog lucy ludmila ludwig luis luke lumberjack luojianhua lust luther lvbnhbq lynn
lytdybrbdfvgbhf lytghjgtnhjdcr lzhan16889 m123456789 m6cjy69u35 ma123123123 macdaddy machine macross madagascar
madagaskar madden maddie maddog madeline madina madison madman madmax madness madonna madrid maestro maggie maggot
magic magical magick magicman magnolia magnum magnus magpie maiden mailcreated5240 mailman maintenance maisuradze
majestic makaveli maksim malaka malcolm malibu malina mallard mamapapa management manager manchest manchester
mandarinka mandingo mandragora mandy mangust6403 maniac manowar manson manuel manuela manutd mapet123456 mapleleafs
maprchem56458 maradona marathon marc marcel marcia marco marcos marcus marcuseckos margaret margarita margherita maria
mariah mariamaria marian marianne marie marilyn marin marina marinamarina marine mariners marines marino marinochka
mario marion marisa marissa marius mark market markhegarty markus marlboro marlene marley marlin marshall martha
martin martina martine martinez martini marvel marvin mary maryann maryjane maryland mashamasha mason massage
massimiliano massimo massive maste master masterbaiting masterbate masterbating mastercard masterchief mastermind
masters masturbate masturbation matador matchbox20 matematica matematika mathematics mathew matilda matrix matt
matthew matthews mattie mattylad10 mature maureen maurice maurolarastefy maverick maxell maxim maxima maximilian
maximum maximus maxine maxmax maxmotives maxwell maxx mayday mayhem maynard mazafaka meatball meathead meatloaf
mechanic mechanical medical medicine meditation medusa megadeth megaman megan megapass megatron meghan meister melanie
melinda melissa mellon mellow melody melvin member memorex memory memphis menace meowmeow mercedes mercury meredith
meridian merlin mermaid mersedes metal metallic metallica method metropolis mevefalkcakk mexico miami mian michae
michael michaela michaeljackson micheal michel michele michell michelle michigan mickey mickeymouse microlab micron
microphone microsof microsoft midget midnight midway mighty miguel mike mikemike mikey milana milano milena miles
milfhunter military milkman millennium miller millerlite millertime millie million millionaire milton mine minecraft
ming minhasenha minicooper minime minnesota_hp minnie miracle mirage miranda miriam mirror misery misfit misha mishka
misiaczek1 mission mississippi missy mister mistress misty mitchell mitsubishi mittens mobile models mohamed mohammed
mojo mollie molly moloko molson mommy momoney momsanaladventure monaco monalisa monday mondeo money moneymaker
moneyman moneymoney moneys mongoose monica monika monique monitor monke monkey monkeybutt monkeys monopoly monroe
monster montana montecarlo montenegro montgom montgomery montreal monty moocow mookie moomoo moon moonlight moose more
morgan morganstanley morning morpheus morris morrison mortalkombat mortgage mortimer moscow mostwanted motdepasse
mother motherfuck motherfucker motherlode motley motorcycle motorola mountain mouse mousemouse movie movies mozart
msoracle32re msorcloledbr muffin mulder multimedia multiplelo multiplelog munchkin muppet murcielago murder murphy
murray muscle mushroom music musica musiclover musicman mustafa mustang mustangs mustard mybaby myjdxtcxks mylife
mylove mypass mypassword myself mystery mystic nadine naked nancy napass napoleon napster naruto nascar nasty nastya
nastyanastya natali natalia natalie natasha nathalie nathan national natural nature naughty naughtyboy navigation
ncc1701a ncc1701d ncc1701e nccpl25282 ne_e_pod_chehyl nebraska necromancer necronomicon need4speed needforspeed nellie
nelson nemesis nemvxyheqdd5oqxyxyzi neptune nesterenko network networkingpe nevada neveragain nevergiveup neverwinter
newbie newcastl newlife newman neworleans newpass newpassword newport newproject2004 newton newyork newzealand nfnmzyf
nguyen nhbujyjvtnhbz nhecsyfujkjdt nhfdvfnjkju123 nhfrnjhbcn nhfycajhvths nice nicholas nick nick1234-rem936 nickel
nicola nicolas nicole nigger night nightcrawler nightmare1 nightshade nike nikita nikki nikola nikolaevna nikolay
nimbus nimrod nina niners ninja nintendo nipper nipple nipples nirvana nissan nissan350z nitram nobody nofear nokia
nokia6230i nokiadermo nolimit nondriversig none noodle noodles nookie noonehackme nopass nopassword norman norton
norway nostradamus nothing nottingham nova novell november novosibirsk nthvbyfnjh ntktdbpjh1994 nuaddn9561 nudist
nugget number nuts nuttertools nwo4life nyjets nylons nymets oakland oakley oasis obiwan oblivion oc247ngucz ocean
october odessa office ohyeah oicu oilers oklahoma oksana olcrackmaster oldman oldsmobile oleg olegnaruto olga oliver
olivia olivier omega omgkremidia onelove onetime onetwothree online onlyme ontheoutside ontherocks open opensesame
openup operator optimus oracle orange oranges orchid oregon orgasm original orioles orion orlando orochimaru oscar
osiris otto outkast outlaw over overkill overlord oxford p0o9i8u7y6 pa55w0rd pa55word pablo pacers pacific packard
packer packers pacman padres painkiller paint paintbal paintball painter pakistan palace paladin palmer pamela panama
panasoni panasonic pancho panda pandemonium pandora pantera panther panthers panties pants pantyhos panzer paper
paradise paradox paraklast1974 paris park parker parliament parol12345 parola parolparol parrot party pascal pass
passat passion passmaster passme passpass passport passtrader passw0rd passwd passwor password passwordassword
passwordpassword passwords passwordstandard passwort patches pathfinder patricia patrick patriot patriots patton patty
paul paula pauline pavilion payton peace peacemaker peach peaches peacock peanut peanutbutter peanuts pearl pearljam
pebbles pedro peekaboo peewee pegasus pencil penelope penetrating penetration penguin penguins penis penny penthous
pentium people pepper peppermint pepsi percussion perfect perfection performance performing person personal pervert
pete peter peternorth peterpan peters peterson petra peugeot peyton pfhfnecnhf pfqwtd27121988 phantom phezc419hv phil
philadelphia philip philippe philippines philips phillies phillip phillips philly philosophy phish phoebe phoenix
phone photo photos phpbb pianoman picard picasso piccolo pickle pickles pics picture pierre piglet pikachu pillow
pilot pimp pimpin pineappl pineapple1 ping pingpong pinhead pink pinkfloy pioneer piper pippen pippin pirate pirates
pisces pissing pissoff pistol pitbull pittsburgh pizza pizzas planet plastic platinum play playboy player playground
playing playstatio playstation playtime please pleasure plhfdcndeq plumber plymouth pobeda poetry pointblank
pointbreak poison pokemon poker polaris police polina polly polniypizdec0211 polniypizdec1102 polniypizdec110211 polo
polopolo09 polska pompey poncho pontiac pony poochie poodle pooh poohbear pookie pool poontang poop pooper poopie
poopoo pooppoop pooter popcorn popeye poppy porkchop porn porno pornografia pornographic pornography pornos pornstar
porsche porter portishead portland portsmouth portugal poseidon positive possum postal postov1000 potato pothead
potter powder powell power powerpower powers preacher precious predator prelude premier premiumcash presario
presidente presto preston pretty prettygirl primetime21 primus prince princes princess printer prisonbreak prissy
private privet prodigy production professional profit programmer progressive prometheus property prophet prosperity
protection proxy psychnaut1 psycho ptybnxtvgbjy public puddin pudding puertorico pufunga7782 pumpkin punisher punkin
punkrock punksnotdead puppies puppy pupsik purdue purple pussie pussies pussy pussybitch pussycat pussyeater
pussylicker pussylover pussypussy pussys putter pyfrjvcndj pyramid python q123456789 q1234567890 q1q2q3q4q5 q1w2e
q1w2e3r q1w2e3r4t q1w2e3r4t5y6 q1w2e3r4t5y6u7 q1w2e3r4t5y6u7i8 q1w2e3r4t5y6u7i8o9p0 q2w3e q2w3e4r q2w3e4r5t qa2ws3ed
qawsed qawsedrf qawsedrftg qawsedrftgyh qaz123wsx456 qaz26101778 qaz2wsx qazqaz qazwsx qazwsxed qazwsxedc qazwsxedcrfv
qazwsxedcrfvtgb qazwsxqazwsx qazxsw qazxswedc qazxswedcvfr qazzaq qing qpwoeiruty qq123456789 quality quan quant4307s
quantum quartz quattro queen queenas8151 queens quicksilver quiksilver quincy qw34er qwas qwaszx qwaszxerdfcv
qwe1234567 qwe123qwe123 qweasd qweasdzxc qweqwe qwer qwerasdf qwerasdfzxcv qwert qwertasdfg qwertasdfgzxcvb qwertgfdsa
qwerttrewq qwerty qwertyasdfgh qwertyu qwertyui qwertyuio qwertyuiop qwertyytrewq r2d2c3po r3vi3wpass rabbit rabota
racecar racer racerx rachael rachel racing radio rafael ragnarok raider raiders railroad rain rainbow rainforest
rainman raistlin ralph rambler rambo rammstein ramona ramses rancid randall random randy ranger rangerover rangers
raptor rascal rasdzv rashley198 rasputin rasta rastaman rattlesnake raven ravens raymond razz rbhbkk rctybz reader
reading ready reagan reality really realmadrid reanimator reaper rebecca rebel rebels recovery redalert redbull reddog
redemption redfish redhead redhot redline redman redneck redrum redskins redsox redwing redwings redwood reebok reefer
reggie regina remember remote renault renee renegade rereirf rescue research resident residentevil respect respublika
retard retired revelation revenge review reviewpass revolution reymysterio rfcgthcrbq rfgecnfcerf rfhbyf rfhfrfnbwf
rfhfvtkmrf rfkbajhybz rfkmrekznjh rfnfcnhjaf rfnfgekmnf rfnthbyf rfrfirf rfrnec rhbcnbyf rhbcnbyjxrf rhfcjnrf
rhfcyjzhcr rhfvfnjhcr rhiannon rhonda rhtdtlrj ricardo rich richard richards richardson richie richmond rick ricky
rightnow riley ripken ripley ripper ripple river riverplate rivers rjhjkmbien rjirfrgbde rjkjrjkmxbr rjntyjr
rjycnbnewbz rjycnfynby rkfdbfnehf roadkill roadking roadrunn roadrunner robbie robert roberta roberto roberts robin
robinson robotech rock rockandroll rockbottom rocker rocket rockets rockford rockhard rockhopper rockon rocks rockstar
rocky rodman rodney roflcopter roger rogers roland roller rolling rolltide roman romance romanroman romashka romeo
rommel ronald ronaldinho ronaldo ronnie rookie rooney rooster rootbeer roscoe rose rosebud rosemary rosie rotten
rottweiler route rover rovers roxanne royals rtyuehe rubber rubberduck ruby rugby rules rulez rulezzz runescape runner
running rupert rush ruslan russell russia russian rustam rusty ryan s123456789 s1a2s3h4a5 s456123789 sabbath sabina
sabine sabres sabrina sacramento sacred sadie safari safety sagittarius sailboat sailing sailor sailormoon saint
saints sakura salamander salamandra saleen sally salmon salomon salsero salvador samantha samara samiam sammie sammy
sampson samson samsung samuel samurai sanandreas sanchez sancho sanders sandiego sandman sandra sandro sandy
sanfrancisco santamaria santana santiago santos sapper sapphire saqartvelo sara sarah saratoga sascha sasha sashasasha
sassy sasuke satan satana sataniv1993 satisfaction saturday saturn saun sauron sausage savage savannah sayang
scandinavian scania scanner scarface scarlet scarlett school schoolgirlie schumacher science scooby scoobydo scooter
scorpio scorpion scotch scotland scott scottie scotty scoubidou2 scoubidou6 scout scrappy scratch scream scruffy scuba
scully sdh686drth sdicmt7seytn seahawks seamus sean searay search seattle sebastia sebastian second secret secure
security seeker seemnemaailm seinfeld select selena selfok2013 seminole semperfi senior seniseviyor sentinel septembe
september serega serena serendipity serenity sergeevich sergei sergey sergi sergio sersolution server service sesame
sevastopol seven sex4me sexmachine sexpistols sexsex sexual sexx sexxxx sexy sexygirl sexyman shado shadow shaggy shai
shakespeare shalom shaman shamanking shamrock shane shaney shang shania shannon shaolin shark sharks sharky sharon
shasta shaved shawn shazam shearer sheena sheila shelby shelbygt500 shell shelley shelly shemale sherlock sherman
sherry sherwood shevchenko shiloh shirley shit shithappens shithead shitty shogun shooter shopping short shorty
shotgun shou showme showtime shun sidewinder sidney siemens sierra silence silenthill silver silverad silverstone
silvia simba simferopol simon simona simone simple simpleplan simpson simpsons sims sinatra sinbad sinclair singer
single sinister sinner sirius sister site sithlord sixers skate skateboard skater skeeter skidoo skiing skinny skipper
skippy skittles skorpion skydive skylar skyline skywalke skywalker slacker slappy slapshot slave slayer sleepy slick
slider slinky slipknot slut sluts slutty small smallville smeghead smegma smelly smile smiles smiley smith smiths
smitty smoke smoker smokes smokey smokin smoking smooth smudge smut snake snakes snapon snapper snapple snatch
sneakers snickers sniper snoop snoopdog snoopy snow snowball snowboar snowman snuggles snusmumrik sobaka soccer
socrates softball software sojdlg123aljg soldier soleil solidsnake solnce solomon solution somethin something sommer
song sonic sonics sonnenschein sony sonyericsson sooner sooners sophia sophie soso123aljg sound southern southpark
space spaceman spam967888 spanish spank spanking spankme spanky sparkle sparks sparky sparrow sparta spartak spartan
spartans spawn speaker spears special specialinsta specialist spectrum speed speedy spencer spider spiderma spiderman
spidey spike spirit spitfire splash splinter sponge spongebob spooky sport sporting sports spring springer springfield
springsteen sprint sprite spunky spurs sputnik spyder squall squash squirrel squirt srinivas ss6z2sw6lu stacey stacy
stalin stalingrad stalker stallion standard stanford stanley staples star starbuck starcraft stardust starfire
starfish stargate starman stars starscream starship start starter startrek starwars static station statistika stealth
steam steamforums steel steele steeler steelers stefan stefano stella steph stephani stephanie stephen stereo sterlin
sterling steve steven stevie stewart stick stickdaddy77 sticks sticky stimpy sting stinger stingray stinky
stinkyfinger stocking stocks stolen stomatolog stone stonecol stoned stonehenge stoner stones stoney storm stormy
strange stranger stratocaster strawberry street streetball strider strike striker strip stripper stroke strong
stronghold stuart stud student studio studioworks studly studmuffin stuff stumpy stunner stupid subaru sublime
subscriber subway subzero success suck sucker suckit suckme suckmycock suckmydick sucks sugar sullivan sultan summer
summertime summit sundance sunday sundaypunch sunderland sunflowe sunflower1 sunglasses sunny sunnyday sunrise sunset
sunshin sunshine super superduper superfly superman supermanboy supermario supernatural superpower superpuper
supersonic supersta superstar supervisor support supreme surf surfer surfing susan susanne sutvsc5ysaa suzanne suzuki
svensps820 svetasveta svetik svetlana svoboda swallow sweden sweet sweetdream sweetdreams sweetheart sweetie
sweetiepie sweetpea sweetpussy sweets sweety swimmer swimming swinger swingers sword swordfis swordfish swords sydney
sylvia sylviahans syncmaster syracuse system systemofadown t34vfrc1991 t5r4e3w2q1 tabitha table54781 tacobell tacoma
tadmichaels talisman tamara tammy tamwsn3sja tang tango tanker tanner tanya tara tardis target tarheel tarheels tarzan
tasha tatiana tattoo tatyana taurus taylor taylormade tazman tazmania tdfyutkbjy tdutybq teacher team technician
technics techniques techno technology teddy teddybea teen teens tekken telecaster telefon television temp tempest
temple temppassword tennis tequila teresa terminal terminator terrapin terror terry test tester testing testtest texas
thailand thanatos thanks thankyou thebeatles theboss thecakeisalie thecat thedog thedude theend thegame thegreat
thekid theking theman theodore theone theresa therock thesimpsons thesims thirteen thomas thompson thongs thor throat
throatfuck thuglife thugstools thumbs thumper thunder thunderb thunderbird thundercat thursday tiberius ticketmaster
tickle tiffany tiger tigers tigertiger tigerwoods tigger tight tights timber timberlake timberland timberwolf time
timmy timothy tina tinker tinkerbell tinman tintin titanic titanium titans titleist tits titten titties titty tobias
toby today todd together tokiohotel toledo tolkien tomato tombraider tomcat tommy tommyboy tomorrow tomtom tongue tony
tool tootsie topcat topdog topgun topher topper tornado toronto torres toshiba tottenha tottenham1 toyota tracey
tracker tractor tracy trader traffic train trains trance transam transexual transformer transformers translator
trapper travel traveler travis treasure trebor tree trevor trfnthbyf trial triangle tricia tricky trident trigger
trinidad trinity trisha tristan triton triumph trixie trojan trojans trombone trooper trouble trout truck trucker
trucks truelove truman trumpet trunks trustno trustnoone tsunami tuan tucker tuesday tunafish tundra tupacshakur turbo
turkey turner turtle tweety twilight twinkle twins twisted twister tyler tylerca310 typhoon tyrone tyson ublhjgjybrf
ubnkthrfgen ubvyfcnbrf ufhhbgjnnth ufkbyf ujkjdjkjvrf ultima ultimate umbrella unbelievable uncencored undercover
underdog undergroun underground understand undertaker underwater underworld unforgiven unicorn unique uniqueness
united universe universidad university unknown unreal usarmy user userexecute usmc usnavy usuckballz1 utopia
utyyflmtdyf v123456789 vacation vader vaffanculo vagina valencia valentin valentina valentinka valera valeri valeria
valerie valhalla valkyrie valley vampire vanessa vanhalen vanilla vanyarespekt vbhjndjhtw vector vectra vedder vegas
vegeta velvet venera venice venom121293 venus verbatim veritas vermont vernon verona veronica veronika vertigo
verygoodbot vette vfczyz vfhbyf vfhbyfvfhbyf vfhecz vfhufhbnf vfhufhbnrf vfhvtkflrf vfksirf vflfufcrfh vfntvfnbrf
vfrcbv vfrcbvrf vfrcbvtyrj vfrcbvvfrcbv vfvekz vfvfgfgf vfvfvskfhfve vfvjxrf vfylfhbyrf viagra victor victoria victory
video vietnam viewsonic viking vikings viktor viktoria village villeneuve vincent vinnie vinogradov violet viper
vipers virgin virginia virtuagirl vision vitalik vivian vkontakte vladik vladimir vladimirovna vladislav vladislava
vladivostok volkswagen volley volleyball volume volvo voodoo vortex voxstrange voyager voyeur vqsablpzla vsjasnel12
vulcan vyjujnjxbt w1w2w3w4w5 w2dlww3v5p wachtwoord wagner walker walkman555 wallace walleye wallstreet wally walmart
walnut walrus walter wang wanker wapbbs warcraft wareagle warhammer warhammer40k warlock warlord warren warrior
warriors warthog washington wasser wassup watcher water waterfalls waterloo watermelon waters watson wayne
wazzkaprivet wcrfxtvgbjy weasel weather weaver webhompass webmaster websolutions websolutionssu webster webuivalidat
wedding weed weezer weihnachte weihnachten weihnachtsbau weihnachtsbaum welcome welder wellington wendy wenef45313
werewolf werner werty12345 wesley west western westham westside westwood wethepeople wetpussy what whatever whatsup
whatthefuck whatthehell wheels whiskers whiskey whisky whisper white whitepower whitesox whitey whitney whocares whore
whosyourdaddy whynot wibble wicked widespread wilbur wild wildcat wildcats wildfire wildman will willia william
williams willie willis willow willy wilson winchester window windows windsor winner winnie winnipeg261 winston
winstonone winter wisdom wishbone wishmaster wizard wolf wolfgang wolfie wolfman wolfpack wolverin wolverine
wolverines wolves woman wombat women wonder wonderland wonderwall wonderwoman wood woody woofwoof woohoo wookie
wordpass work working world wrangler wrestle wrestlin wrestling wright wrinkle writer writerspace wutang wwwooo1234
x2zkg8w xanadu xander xavier xbox xfiles xiaoyua123 xpressmusic xtreme xxxp455w0rd5 yamaha yankee yankees yanshi1982
ybrbnf ybrjkfq ybrjkftdbx ybrjkftdyf yellow yfcnhjtybt yfcnzyfcnz yfnfif yfnfitymrf yjdsqgfhjkm yoda yomama yosemite
yoshimitsu young yourmom yousuck yvonne yzerman z123456789 z1x2c z1x2c3v z1x2c3v4b5 z1x2c3v4b5n6 z1x2c3v4b5n6m7
zachary zaphod zaq12wsx zaq12wsxcde3 zaq1xsw zaq1xsw2cde3 zaqwsx zaqwsxcderfv zaqxsw zaratustra zcfvfzkexifz
zcxfcnkbdf zcxfcnkbdfz zenith zeppelin zero zerocool zeus zexts364325 zhei zheng zhong zidane ziggy zigzag zipper
zippy zjses9evpa zombie zorro zqjphsyf6ctifgu zvezda zx123456789 zxasqw zxcasd zxcasdqwe zxcv zxcvb12345 zxcvbasdfg
zxcvbn zxcvbnm zxcvbnmmnbvcxz
`
		.trim()
		.split(/\s+/),
);
