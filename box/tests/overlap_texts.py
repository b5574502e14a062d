"""Texts for the labelled set of test_overlap_accuracy.py, written for it: questions of many kinds, each with a rewording."""

# Question, rewording, answer, three wrong answers. The questions are alike in subject and words on purpose.
CHOICES = [
    (
        "Which organelle in a plant cell captures light energy and stores it in sugar molecules?",
        "In the cells of plants, where is sunlight turned into the chemical energy of sugars?",
        "chloroplast",
        ["mitochondrion", "ribosome", "cell wall"],
    ),
    (
        "A cell placed in a strong salt solution shrinks because water leaves it. What is this movement of water called?",
        "Name the process by which a cell in very salty water loses its water and gets smaller.",
        "osmosis",
        ["active transport", "photosynthesis", "mitosis"],
    ),
    (
        "Which gas do plants take in from the air during photosynthesis and build into sugars?",
        "For making sugars, leaves absorb one gas of the atmosphere. Which?",
        "carbon dioxide",
        ["oxygen", "nitrogen", "helium"],
    ),
    (
        "What do we call the line of longitude from which the time zones of the world are counted?",
        "Time zones start at one particular meridian: how is it named?",
        "the prime meridian",
        ["the equator", "the date line", "the tropic of Cancer"],
    ),
    (
        "During which phase of mitosis do the chromosomes line up along the middle of the cell?",
        "Name the stage of cell division with all chromosomes arranged at the centre.",
        "metaphase",
        ["anaphase", "prophase", "telophase"],
    ),
    (
        "Which layer of the atmosphere holds most of the ozone that shields us from ultraviolet light?",
        "Ultraviolet radiation is mostly stopped by ozone; in what part of the air is it found?",
        "the stratosphere",
        ["the troposphere", "the mesosphere", "the exosphere"],
    ),
    (
        "A ball is thrown straight up. What is its acceleration at the highest point of its path, if air resistance is neglected?",
        "Ignoring drag, how strongly is a vertically thrown ball accelerated in the moment when it stops rising?",
        "9.8 metres per second squared downwards",
        ["zero", "9.8 metres per second squared upwards", "it depends on its mass"],
    ),
    (
        "Two resistors of equal size are joined in parallel. How does their combined resistance compare with that of one alone?",
        "What happens to resistance when a second, identical resistor is connected side by side with the first?",
        "it is half as large",
        ["it is twice as large", "it is the same", "it is four times as large"],
    ),
    (
        "Which treaty of 1648 ended the long war between the Protestant and Catholic states of central Europe?",
        "The Thirty Years' War came to its close through an agreement. Which one?",
        "the Peace of Westphalia",
        ["the Treaty of Utrecht", "the Congress of Vienna", "the Edict of Nantes"],
    ),
    (
        "What name do economists give to a market in which one seller faces no competition at all?",
        "How is the situation called where a single firm supplies everything?",
        "a monopoly",
        ["an oligopoly", "a cartel", "a perfect market"],
    ),
    (
        "In a balanced chemical equation, which quantity must be equal on both sides of the arrow?",
        "What has to be the same before and after the reaction for an equation to count as balanced?",
        "the number of atoms of each element",
        ["the number of molecules", "the volume of the gases", "the number of moles of products"],
    ),
    (
        "Which part of the human eye changes its shape to bring near and far objects into focus?",
        "Focusing at different distances is done by one flexible part of our eye. Name it.",
        "the lens",
        ["the retina", "the iris", "the optic nerve"],
    ),
    (
        "What kind of bond holds together the two strands of a DNA molecule between their bases?",
        "Between adenine and thymine, what sort of attraction keeps the double helix closed?",
        "hydrogen bonds",
        ["ionic bonds", "peptide bonds", "metallic bonds"],
    ),
    (
        "Which organ of the body makes insulin and releases it into the blood after a meal?",
        "After eating, a hormone lowers our blood sugar; where in the body is it produced?",
        "the pancreas",
        ["the liver", "the kidney", "the spleen"],
    ),
    (
        "Why does the moon show phases to an observer on Earth over the course of a month?",
        "Explain the cause of the monthly change between full moon and new moon.",
        "we see different parts of its lit half",
        ["the Earth's shadow falls on it", "it turns on its axis", "clouds cover part of it"],
    ),
    (
        "Which of Newton's laws explains why a passenger is thrown forward when the bus brakes hard?",
        "A sudden stop pushes people in a bus forward. Which law of motion is behind that?",
        "the first law",
        ["the second law", "the third law", "the law of gravitation"],
    ),
    (
        "What is the main reason why the seasons in the southern half of the Earth are opposite to those in the north?",
        "How come it is winter in Chile while Spain has summer?",
        "the tilt of the Earth's axis",
        ["the distance from the sun", "the ocean currents", "the speed of the Earth"],
    ),
    (
        "Which philosopher wrote that the unexamined life is not worth living, according to Plato's account of his trial?",
        "Who, as Plato tells us, said before his judges that a life without examination has no worth?",
        "Socrates",
        ["Aristotle", "Epicurus", "Zeno"],
    ),
    (
        "What does a seismograph record, and what are the waves called that it registers first?",
        "Which waves of an earthquake arrive before all others at the measuring station?",
        "primary waves",
        ["surface waves", "secondary waves", "sound waves"],
    ),
    (
        "Which vitamin does the skin form under sunlight, and which bones need to take up calcium?",
        "Sunshine on the skin produces a substance that our skeleton relies on. Which?",
        "vitamin D",
        ["vitamin C", "vitamin K", "vitamin B12"],
    ),
    (
        "In which organ do most of the nutrients from digested food pass into the blood?",
        "Where in the digestive tract does the body take up the greater part of what it has eaten?",
        "the small intestine",
        ["the stomach", "the large intestine", "the oesophagus"],
    ),
    (
        "What is the term for a word that is spelt the same forwards and backwards, such as level or rotor?",
        "Give the name for words like 'noon' that read alike from either end.",
        "a palindrome",
        ["an anagram", "a homonym", "an acronym"],
    ),
    (
        "A court finds that a contract was signed under threat. What may the threatened party do with that contract?",
        "Someone was forced to agree to an agreement; what remedy do they have?",
        "avoid it",
        ["enforce it against third parties", "nothing at all", "assign it to the other party"],
    ),
    (
        "Which element has the highest electronegativity on the scale that Linus Pauling introduced?",
        "On Pauling's scale one element attracts electrons more than all others: which?",
        "fluorine",
        ["oxygen", "chlorine", "caesium"],
    ),
]

# Question, rewording, answer (long enough to be known by itself).
OPEN = [
    (
        "My grandmother has been dizzy every morning since she started her new blood pressure tablets. Should she stop taking them until she can see her doctor next week?",
        "Since beginning a new drug against hypertension an elderly relative feels lightheaded on waking; is it right to pause it before the appointment?",
        "Ask her not to stop the tablets on her own: measure her pressure sitting and standing twice a day, let her rise slowly from bed, and ring the practice today, because a smaller dose may be all that is needed; fainting, chest pain or slurred speech mean the emergency number at once.",
    ),
    (
        "I cut my hand on a rusty gate two hours ago and washed it with soap. When do I need a tetanus shot, and what would a bad infection look like?",
        "After an injury with old iron that I cleaned, how do I know whether to be vaccinated again and what signs should worry me?",
        "If your last tetanus dose is more than five years back, get a booster within two days; come sooner when redness spreads from the cut, when pus or red streaks appear, or when fever and stiffness of the jaw begin.",
    ),
    (
        "Write a letter of complaint to a hotel whose pool was closed for the whole week although the website promised that it would be open.",
        "Compose a message to a guest house about swimming facilities that were advertised but not available during my stay.",
        "Dear Sir or Madam, we booked seven nights because your pages showed a heated pool, and on arrival we found it drained and fenced off with no word from anybody; we therefore ask you to return a fair part of the price within fourteen days.",
    ),
    (
        "Describe how the old lighthouse keeper in a small fishing village spends the night of the worst storm in forty years.",
        "Tell a story about the man who tends the beacon while the heaviest gale of his life passes over the harbour.",
        "Halvard trimmed the wick a third time and wedged his shoulder against the rattling door, counting between flash and thunder as his father had taught him, while below the boats of the whole harbour strained at their doubled ropes.",
    ),
    (
        "Explain to a new colleague how our deployment pipeline rolls back a bad release without losing the orders that customers placed in the meantime.",
        "Tell someone who just joined how we undo a failed rollout and still keep the purchases made since.",
        "Every order is written to the queue before the web tier answers, so when the health check turns red the router drains the new pods, restores the previous image and replays the queue from the last acknowledged offset; nothing that a customer saw confirmed is lost.",
    ),
    (
        "Compare the advantages of heat pumps and gas boilers for a draughty brick house from the nineteen thirties in a cold and windy place.",
        "Which heating suits an uninsulated pre-war home in a harsh climate better, one burning gas or one drawing warmth from outside air?",
        "Seal the draughts and insulate the loft first; after that a heat pump with larger radiators beats the boiler on running cost in all but the coldest fortnight, whereas in the leaky house of today it would run flat out and still leave the bedrooms chilly.",
    ),
    (
        "Plan a week of vegetarian dinners for two people with a tiny kitchen, one pan, no oven and about fifty dollars to spend.",
        "Give me seven meatless evening meals that a couple can cook on a single burner for little money.",
        "Monday brings chickpeas fried with cumin and spinach over couscous, Tuesday a thick lentil soup with lemon, Wednesday noodles with peanut sauce and cabbage, and the rest of the week reuses the same spices so that nothing spoils.",
    ),
    (
        "What should I say in a eulogy for an uncle who was funny and generous but fell out with half of the family over money?",
        "Help me speak at the funeral of a relative, charming and open-handed, with whom many of us quarrelled about an inheritance.",
        "Begin with the laugh that everybody in this room can still hear, say plainly that he was not always easy and that some of us had stopped calling, and end with the winter when he drove all night to bring your mother home.",
    ),
    (
        "Summarise the plot of a novel in which a retired clockmaker discovers that the church tower of his town has been running backwards for a century.",
        "Outline a book about an old watch repairer who learns that the bell tower counts time the wrong way round.",
        "Retired and bored, Anselm climbs the tower to oil a wheel and finds the escapement filed to turn against the sun; step by step he uncovers the pact by which the founders bought a hundred extra years and the debt that now falls due.",
    ),
    (
        "Draft a polite refusal to a cousin who wants me to invest my savings in his third restaurant after the first two closed.",
        "How do I say no kindly to a relative asking for money for yet another eatery?",
        "Dear Milan, I read your plan twice and I can see how much work lies in it; my savings are promised to the girls' schooling, so I will not put money in, but I will gladly paint the walls and come to dinner on the opening night.",
    ),
    (
        "Explain why the sky looks red at sunset but blue at noon, so that a curious child of nine can follow it.",
        "Tell a young pupil how it comes that the evening sky has another colour than that of midday.",
        "Sunlight is a bundle of colours, and air throws the blue ones about more than the red; at noon the thrown blue reaches you from everywhere, but in the evening the light has crossed so much air that the blue got lost on the way and the red is what is left.",
    ),
    (
        "Our choir of thirty amateurs must learn a difficult motet in four rehearsals. How would you divide the time between the voices?",
        "With only a handful of evenings to prepare hard polyphony, what rehearsal schedule suits a lay chorus?",
        "Spend the first evening on vowels and the slow middle section with all voices together, split into sopranos with altos and tenors with basses for the fugue on the second, join the parts under tempo on the third, and leave the last for running it whole, twice.",
    ),
]

# LaTeX: problem, rewording, answer.
FORMULAS = [
    (
        r"Find the number of ordered pairs $(a, b)$ of integers with $1 \le a < b \le 60$ for which $a^2 + b^2$ is divisible by $7$ and $\gcd(a, b) = 1$.",
        r"How many coprime pairs of whole numbers $a<b$, both between $1$ and $60$, have squares that add up to a multiple of seven?",
        "0",
    ),
    (
        r"Let $ABC$ be a triangle with $AB = 13$, $BC = 14$ and $CA = 15$. The incircle touches $BC$ at $D$. Find the length of $AD$ in the form $m\sqrt{n}$ and give $m + n$.",
        r"The sides of a triangle measure $13$, $14$, $15$; how far from the vertex opposite the middle side is the point where the inscribed circle touches that side?",
        "148",
    ),
    (
        r"The polynomial $p(x) = x^3 - 9x^2 + kx - 24$ has three roots in arithmetic progression. Determine the value of $k$.",
        r"For which $k$ do the zeros of the cubic $x^3-9x^2+kx-24$ lie at equal distances?",
        "26",
    ),
    (
        r"Evaluate $\int_0^{\pi/2} \frac{\sin x}{\sin x + \cos x} \, dx$ and write the result as a multiple of $\pi$.",
        r"Compute the definite integral of $\sin x/(\sin x+\cos x)$ over the first quarter of a full turn.",
        r"\frac{\pi}{4}",
    ),
    (
        r"A bag holds $8$ red and $6$ blue marbles. Three marbles are drawn without replacement; let $\frac{p}{q}$ be the probability that exactly two of them are red. Find $p + q$ for the reduced fraction.",
        r"From eight red and six blue balls three are taken at once; in lowest terms, what is the chance of two reds, numerator and denominator added?",
        "19",
    ),
    (
        r"For how many positive integers $n \le 1000$ is the fraction $\frac{n + 17}{n^2 + 5}$ not in lowest terms?",
        r"Count the $n$ up to a thousand for which numerator $n+17$ and denominator $n^2+5$ share a factor.",
        "81",
    ),
    (
        r"Let $f(x) = \lfloor x \rfloor + \lfloor 2x \rfloor + \lfloor 3x \rfloor$. How many integers between $1$ and $500$ are values of $f$ for some real $x$?",
        r"Which share of the first $500$ whole numbers is attained by the sum of the floors of $x$, $2x$ and $3x$?",
        "333",
    ),
    (
        r"A regular hexagon of side $6$ is inscribed in a circle. Six semicircles are drawn outwards on its sides. Find the total area of the six lunes in the form $a\sqrt{b} - c\pi$.",
        r"Semicircles stand on the sides of a hexagon with side $6$; what area do they have outside the circumscribed circle?",
        r"54\sqrt{3} - 9\pi",
    ),
]

# Question, rewording, answer: scripts with and without spaces, right to left too.
OTHER_SCRIPTS = [
    (
        "小明有一根长三十六厘米的绳子，他把绳子剪成两段，其中一段比另一段长八厘米，请问较短的一段有多长？",
        "一条绳子总长三十六厘米，分为两部分后相差八厘米，求短的那部分的长度。",
        "十四厘米",
    ),
    (
        "在光合作用过程中，植物的叶绿体吸收光能并把二氧化碳和水转化成什么物质，同时释放出哪一种气体？",
        "植物利用阳光制造养分时，最后得到的产物和排出的气体分别是什么？",
        "葡萄糖和氧气",
    ),
    (
        "下列关于十九世纪欧洲工业革命的说法中，哪一项最能解释城市人口在短时间内迅速增加的原因？",
        "工业化时期大量居民为何很快涌入城镇？",
        "工厂需要大量工人",
    ),
    (
        "请问在标准大气压下把一千克零摄氏度的冰完全融化成同温度的水大约需要吸收多少热量？",
        "让一公斤冰在零度时全部变成水，要给它多少能量？",
        "三百三十四千焦",
    ),
    (
        "東京から大阪まで新幹線で二時間半かかり、そこから奈良までさらに四十分かかるとき、全部で何分かかりますか。",
        "新幹線と在来線を乗り継いで東京から奈良へ行くのに必要な時間を分で答えなさい。",
        "百九十分",
    ),
    (
        "植物の細胞にあって動物の細胞にはない構造のうち、光合成に直接かかわるものの名前を答えなさい。",
        "光を使って養分をつくる、植物だけがもつ細胞小器官は何ですか。",
        "葉緑体",
    ),
    (
        "Поезд вышел из города в восемь часов утра и прошёл первые сто двадцать километров за полтора часа; с какой средней скоростью он двигался?",
        "Какова средняя скорость состава, который за девяносто минут преодолел сто двадцать километров?",
        "восемьдесят километров в час",
    ),
    (
        "Какой процесс в клетках растений превращает энергию солнечного света в химическую энергию сахаров?",
        "Как называется образование сахаров на свету в зелёных листьях?",
        "фотосинтез",
    ),
    (
        "كم عدد الطلاب الذين نجحوا في الامتحان إذا كان في الصف أربعون طالبا ونجح ثلاثة أرباعهم في المرة الأولى؟",
        "في صف من أربعين تلميذا اجتاز ثلاثة أرباع الاختبار، فما عددهم؟",
        "ثلاثون",
    ),
    (
        "एक किसान के पास पैंतालीस आम हैं और वह उन्हें अपने पाँच बच्चों में बराबर बाँटता है तो हर बच्चे को कितने आम मिलेंगे?",
        "पाँच बच्चों को पैंतालीस आम समान रूप से दिए जाएँ तो प्रत्येक का हिस्सा क्या होगा?",
        "नौ",
    ),
    (
        "รถไฟออกจากเชียงใหม่เวลาแปดโมงเช้าและถึงกรุงเทพเวลาหนึ่งทุ่มตรง การเดินทางใช้เวลาทั้งหมดกี่ชั่วโมง",
        "จากเชียงใหม่ไปกรุงเทพโดยรถไฟเที่ยวเช้านี้นานเท่าใด",
        "สิบเอ็ดชั่วโมง",
    ),
    (
        "철수는 사과 열두 개를 가지고 있었는데 그중 세 개를 동생에게 주고 다섯 개를 먹었다. 남은 사과는 몇 개인가?",
        "사과 열두 개에서 동생에게 준 것과 먹은 것을 빼면 몇 개가 남습니까?",
        "네 개",
    ),
]

# Short questions (three to nine words) and their answers.
SHORT = [
    ("Who painted the ceiling of the Sistine Chapel?", "Michelangelo"),
    ("What is the chemical symbol for tungsten?", "W"),
    ("Which river flows through Budapest?", "the Danube"),
    ("How many strings does a viola have?", "four"),
    ("Who wrote The Magic Mountain?", "Thomas Mann"),
    ("What is the largest moon of Saturn?", "Titan"),
    ("Which metal is liquid at room temperature?", "mercury"),
    ("When was the first email sent?", "1971"),
    ("What do bees collect from flowers?", "nectar"),
    ("Who discovered the moons of Jupiter?", "Galileo"),
    ("What is the square root of 529?", "23"),
    ("Which country borders only Portugal and France?", "Spain"),
    ("What causes tides on Earth?", "the moon"),
    ("Who composed the opera Fidelio?", "Beethoven"),
    ("What is 17 * 23?", "391"),
    ("What is the freezing point of ethanol?", "-114 °C"),
    ("Which planet has the shortest day?", "Jupiter"),
    ("What language is spoken in Suriname?", "Dutch"),
    ("How deep is the Mariana Trench?", "about 11 km"),
    ("Define entropy.", "a measure of disorder"),
]

# A passage and several questions on it.
PASSAGES = [
    (
        "The harbour of Velmora was dredged for the first time in 1874, after two grain ships had run aground within a month of each other. The work took eleven years and cost three times what the council had set aside; the engineer, Ottilie Brand, paid the last wages out of her own purse. When the channel opened, the rents along the quay doubled and most of the net makers moved to the hill.",
        [
            ("Why did the council decide to have the harbour dredged?", "Two grain ships ran aground."),
            ("Where did most of the net makers go when rents along the quay rose?", "to the hill"),
            ("From what did the engineer pay the last wages of the workers?", "her own purse"),
        ],
        [
            "How long did it take until the new channel could be used?",
            "What is said about the price of the whole work?",
        ],
    ),
    (
        "Glass frogs rest through the day on the underside of leaves, where their see-through skin makes them hard to find. Researchers noticed that a sleeping frog hides almost nine tenths of its red blood cells in its liver, which turns into a packed mirror-like bag, so that hardly any colour is left in its vessels. No clots form, and within seconds of waking the cells stream back into the body.",
        [
            ("In which organ does the sleeping glass frog store its red blood cells?", "the liver"),
            ("What happens to the blood of the frog within seconds of waking up?", "The cells stream back."),
        ],
        [
            "On which side of the leaf do these animals spend the day?",
            "What might doctors learn from an animal whose packed blood does not clot?",
        ],
    ),
]

# HumanEval's shape: name, arguments, what it does, rewording, body, a body of another function with the same head.
CODE = [
    (
        "longest_plateau",
        "heights: List[int]",
        "Return the length of the longest stretch of equal neighbouring heights.\n    >>> longest_plateau([1, 1, 2, 2, 2])\n    3",
        "Given numbers, how many equal ones stand next to each other at most?",
        "best = run = 0\n    previous = None\n    for height in heights:\n        run = run + 1 if height == previous else 1\n        best = max(best, run)\n        previous = height\n    return best",
    ),
    (
        "merge_meetings",
        "meetings: List[Tuple[int, int]]",
        "Join overlapping meetings and return them sorted by their start.\n    >>> merge_meetings([(1, 3), (2, 5)])\n    [(1, 5)]",
        "Combine time slots that touch into larger ones, in order.",
        "merged = []\n    for begin, end in sorted(meetings):\n        if merged and begin <= merged[-1][1]:\n            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))\n        else:\n            merged.append((begin, end))\n    return merged",
    ),
    (
        "rotate_ring",
        "beads: str, steps: int",
        "Rotate the ring of beads to the right by the given number of steps.\n    >>> rotate_ring('abcd', 1)\n    'dabc'",
        "Shift the characters of a string cyclically.",
        "if not beads:\n        return beads\n    steps %= len(beads)\n    return beads[-steps:] + beads[:-steps] if steps else beads",
    ),
    (
        "balanced_layers",
        "text: str",
        "Return the deepest nesting of round brackets, or minus one when they are not balanced.\n    >>> balanced_layers('(()())')\n    2",
        "How deep are the parentheses nested, if they match at all?",
        "depth = deepest = 0\n    for sign in text:\n        depth += (sign == '(') - (sign == ')')\n        if depth < 0:\n            return -1\n        deepest = max(deepest, depth)\n    return deepest if depth == 0 else -1",
    ),
    (
        "common_guests",
        "first: List[str], second: List[str]",
        "Return the guests who came to both parties, without repetition, in alphabetical order.\n    >>> common_guests(['bo', 'al'], ['al'])\n    ['al']",
        "List the names on both lists once each, sorted.",
        "return sorted(set(first) & set(second))",
    ),
    (
        "digit_persistence",
        "number: int",
        "Count how often the digits of a number must be multiplied until one digit is left.\n    >>> digit_persistence(39)\n    3",
        "Compute the multiplicative persistence.",
        "rounds = 0\n    while number > 9:\n        product = 1\n        for digit in str(number):\n            product *= int(digit)\n        number, rounds = product, rounds + 1\n    return rounds",
    ),
]

# Word problems: {names} and numbers vary. A rewording and the reasoning of the answer come with each.
PROBLEMS = [
    (
        "{A} bakes {x} trays of rolls in the morning and {y} trays in the afternoon. Every tray holds {z} rolls, and the shop has sold all but {w} of them by closing time. How many rolls did the shop sell that day?",
        "A bakery where {A} works fills {x} trays before noon and {y} later, {z} rolls on each; {w} are left in the evening. What was the number sold?",
        "{A} fills {x} + {y} trays, which is {s} trays in all. With {z} rolls on each there are {s} * {z} rolls, and {w} of them were left over, so the rest were sold.",
    ),
    (
        "A school hires buses with {x} seats each for a trip to the coast. {y} pupils and {z} teachers come along, and {w} parents join at the last moment. {A} has to find out how many buses are needed.",
        "For an outing by bus, each with room for {x}, {A} counts {y} children, {z} teachers and {w} mothers and fathers: how many vehicles must be ordered?",
        "Altogether {y} + {z} + {w} people want to travel. {A} divides that by {x} seats and rounds up, because a bus that is partly full is still a bus.",
    ),
    (
        "{A} saves {x} dollars a week for a bicycle that costs {y} dollars. After {z} weeks her aunt adds {w} dollars as a birthday present. How many more weeks does {A} have to save?",
        "The bicycle costs {y} dollars; {A} puts aside {x} weekly, and gets {w} from an aunt after week {z}. How long is it still until she can buy it?",
        "In {z} weeks {A} puts {z} * {x} dollars aside, and the aunt gives {w} on top. What is then missing from {y} dollars is divided by {x}, and a started week counts as a whole one.",
    ),
    (
        "A rectangular garden is {x} metres long and {y} metres wide. {A} lays a path of width {z} metres around the outside of it and pays {w} dollars for every square metre. What does the path cost?",
        "Around a plot of {x} by {y} metres {A} wants a walkway {z} metres broad; at {w} dollars per square metre, what must be paid?",
        "With the path the plot measures {x} + 2 * {z} by {y} + 2 * {z} metres. {A} takes the area of the garden away from that and multiplies what is left by {w} dollars.",
    ),
    (
        "At the fair {A} buys {x} tickets for the big wheel and twice as many for the swings. A ticket for the wheel costs {y} dollars, one for the swings {z}. She pays with {w} dollars in notes. How much change does she get?",
        "{A} pays {w} dollars for {x} rides on the wheel at {y} each and double that number on the swings at {z}: what does she get back?",
        "The wheel costs {x} * {y} dollars and the swings 2 * {x} * {z}. {A} gets back what both together leave of her {w} dollars.",
    ),
    (
        "A tank holds {x} litres. One pump fills it with {y} litres a minute while a leak loses {z} litres in the same time. {A} starts the pump when {w} litres are in the tank. After how many minutes is it full?",
        "Water runs into a basin of {x} litres at {y} per minute and {z} escape; {A} begins at a level of {w}. When does it overflow?",
        "Every minute the level rises by {y} - {z} litres. {A} still needs {x} - {w} litres, and dividing the one by the other gives the minutes.",
    ),
    (
        "{A} and {B} read the same book of {x} pages. {A} reads {y} pages a day, {B} reads {z} pages a day but starts {w} days later. Who finishes first, and by how many days?",
        "A novel has {x} pages; {A} manages {y} daily, and {B}, starting {w} days after, {z}. Which of the two is done earlier?",
        "{A} needs {x} / {y} days, rounded up. {B} needs {x} / {z} days, rounded up, and {w} more for the late start; the difference of the two is the answer.",
    ),
    (
        "{A} plants {x} rows of tulips with {y} bulbs each and {z} rows of daffodils. In spring {w} percent of the bulbs do not come up. {B} counts the flowers: how many are there if every daffodil row has as many bulbs as a tulip row?",
        "In autumn {A} sets {x} rows of tulips and {z} of daffodils, {y} bulbs each; {w} percent fail. What number will {B} count?",
        "There are {x} + {z} rows of {y} bulbs. {A} loses {w} percent of those over the winter, and {B} counts what remains.",
    ),
    (
        "A ferry carries {x} cars on each crossing and makes {y} crossings before noon and {z} after. {A} notices that on average {w} places stayed empty. How many cars crossed the bay that day?",
        "How many vehicles does the boat take over the bay when it sails {y} times in the morning and {z} later with room for {x} and {w} places free each time?",
        "The ferry crossed {y} + {z} times with {x} - {w} cars on average. {A} multiplies the two.",
    ),
    (
        "{A} cuts a ribbon of {x} centimetres into pieces of {y} centimetres for presents. {B} needs {z} pieces of the same length, and {w} centimetres were spoilt at the start. How many pieces are left for {A}?",
        "From {x} centimetres of ribbon, {w} of them useless, pieces of {y} are cut; {B} takes {z}. What remains for {A}?",
        "Of {x} - {w} usable centimetres {A} cuts whole pieces of {y}. {B} takes {z} of them, and the rest stays with {A}.",
    ),
]
NAMES = [
    "Marisol",
    "Tobias",
    "Anneke",
    "Farid",
    "Ingrid",
    "Kwame",
    "Leila",
    "Oskar",
    "Priya",
    "Rosalind",
    "Sunniva",
    "Teodor",
    "Umberto",
    "Wanjiru",
    "Ximena",
    "Yusuf",
    "Zofia",
    "Bertil",
    "Chiara",
    "Dmitri",
]

# IFEval's and Arena-Hard's shape: what to write about, and conditions that many prompts share.
TOPICS = [
    "a village that votes on whether to drain its lake",
    "the first week of an apprentice in a bell foundry",
    "why night trains came back to the continent",
    "a cat that inherits a bookshop in Lisbon",
    "how to repair a cracked ceramic bowl with lacquer and gold",
    "the etiquette of queueing in four different countries",
    "a chess club on board an icebreaker",
    "keeping bees on the roof of a hospital",
    "the invention of the shipping container and its price",
    "a translator who refuses to translate one word",
    "what an orchestra sounds like from the last row",
    "growing tomatoes on a balcony facing north",
    "the mayor who paid her debts in cherries",
    "a museum of lost umbrellas",
    "the mathematics behind knitting patterns",
    "a letter from a lighthouse to the ships that never call",
    "the smell of a library before a thunderstorm",
    "an inventor whose machines only work on Tuesdays",
    "crossing a desert with a broken compass and a goat",
    "how a city changed when it banned car horns",
]
CONDITIONS = [
    "Your answer must contain at least three sections. Mark the beginning of each section with SECTION X.",
    "Do not use any commas in your entire response and wrap it in double quotation marks.",
    "First repeat the request word for word without change, then give your answer.",
    "Finish your response with the exact phrase Is there anything else I can help with and no other words after it.",
    "Include the keywords copper and winter, and highlight at least two parts of your answer with asterisks.",
]
