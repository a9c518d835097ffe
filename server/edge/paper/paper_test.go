package paper

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var press = sync.OnceValues(Open)

func open(t testing.TB) *Press {
	t.Helper()
	p, err := press()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func chinese(holder string) Certificate {
	return Certificate{Language: "zh-CN", Holder: holder, Number: "TG-2026-000123", Link: "https://learn.example.cn/certificates/TG-2026-000123",
		Issued: time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC),
		Main: Words{Heading: "认证证书", Confers: "兹证明", Earned: "已通过下列认证项目规定的全部课程、测验与演练", Title: "大客户销售通关认证", Issuer: "远山机械股份有限公司",
			Facts:   []Fact{{"证书编号", "TG-2026-000123"}, {"颁发日期", "2026年11月27日"}, {"有效期至", "2028年11月26日"}, {"总分", "92.05"}},
			Clauses: "依据的制度条款", Verify: "扫描二维码，或打开 learn.example.cn/certificates/TG-2026-000123 查验。本文件内含数字签名，可离线查验。"},
		Other: Words{Heading: "Certificate", Confers: "This is to certify that", Earned: "has completed all courses, quizzes and rehearsals required for", Title: "Key Account Sales Certification", Issuer: "Yuanshan Machinery Co., Ltd.",
			Facts:   []Fact{{"Number", "TG-2026-000123"}, {"Issued", "27 November 2026"}, {"Valid until", "26 November 2028"}, {"Score", "92.05"}},
			Clauses: "Clauses of the policy", Verify: "Scan the code or open the address to verify. The file carries a digital signature and can be verified offline."},
		Stages:  stages(),
		Clauses: []Clause{{"2.1.1", "客户信息收集"}, {"2.2.3", "需求确认"}, {"2.3.1", "方案评审"}, {"2.4.2", "价格谈判"}, {"2.5.1", "合同签订"}, {"2.6.4", "客户回访"}}}
}

func stages() []Stage {
	return []Stage{{"客户开发", "Develop", true}, {"需求分析", "Understand", true}, {"方案制定", "Design", true}, {"商务谈判", "Negotiate", true}, {"签约执行", "Deliver", true}, {"售后服务", "Care", true}}
}

func english(holder string) Certificate {
	c := chinese(holder)
	c.Language = "en"
	c.Main, c.Other = c.Other, c.Main
	c.Main.Verify, c.Other.Verify = "Scan the code or open learn.example.cn/certificates/TG-2026-000123 to verify. The file carries a digital signature and can be verified offline.", "扫描二维码或打开网址查验。本文件内含数字签名，可离线查验。"
	for i, s := range c.Stages {
		c.Stages[i].Main, c.Stages[i].Other = s.Other, s.Main
	}
	c.Clauses = []Clause{{"2.1.1", "Customer information"}, {"2.4.2", "Price negotiation"}, {"2.5.1", "Signing of contracts"}}
	return c
}

func samples() map[string]Certificate {
	endless := chinese("欧阳䶮㛃")
	endless.Main.Facts[2], endless.Other.Facts[2] = Fact{"有效期", "长期有效"}, Fact{"Validity", "No end"}
	long := chinese("阿卜杜热合曼·阿卜杜克里木·买买提明")
	long.Main.Title = "面向装备制造业大客户的顾问式销售流程（含需求分析、方案制定、商务谈判、签约执行与售后服务）高级认证"
	long.Other.Title = "Advanced certification in consultative selling to key accounts of the equipment industry, from needs analysis to after-sales service"
	partly := english("Нгуен Ґалаґан-Ївженко")
	for i := range 3 {
		partly.Stages[i+3].Passed = false
	}
	bare := english("Ng")
	bare.Other, bare.Clauses, bare.Stages = Words{}, nil, nil
	return map[string]Certificate{"two": chinese("李娜"), "rare": chinese("𠮷田𬭚"), "endless": endless, "long": long,
		"latin60": english("Maximiliane-Theodora von Württemberg-Hohenzollern zu Schönau"), "viet": english("Nguyễn Thị Ánh Đặng"), "cyrillic": partly, "bare": bare,
		"mixed": chinese("Łukasz 王"), "korean": chinese("김민준"), "huge": chinese(strings.Repeat("长孙无忌", 12))}
}

func print(t testing.TB, c Certificate) []byte {
	t.Helper()
	pdf, err := open(t).Print(c)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

func TestSamples(t *testing.T) {
	for name, c := range samples() {
		pdf := print(t, c)
		if len(pdf) > 700<<10 {
			t.Errorf("%s: %d bytes", name, len(pdf))
		}
		if dir := os.Getenv("TONGGUAN_TEST_SHOTS"); dir != "" {
			t.Log(name, len(pdf))
			if err := os.WriteFile(filepath.Join(dir, "certificate-"+name+".pdf"), pdf, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

var _ = []any{bytes.Equal, sha256.Sum256, errors.Is, fmt.Sprint, exec.Command, rapid.Check}
