package exchange

import "tongguan/quizzes/bank"

func newQTI(s *bank.Set, lang string) *aikenTeller { return &aikenTeller{lang: lang} }
