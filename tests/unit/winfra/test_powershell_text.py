"""PowerShell source as text: its comments, and the functions that it names."""

from __future__ import annotations

import pytest

from winfra.powershell_text import reached_functions, without_comments


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("$a = 1 # one\n$b = 2\n", "$a = 1\n$b = 2\n"),
        ("    # alone\n    $a\n\n$b\n", "\n    $a\n\n$b\n"),
        ('<#\n.SYNOPSIS\n  It\'s "so".\n#>\n$a\n', "\n\n\n\n$a\n"),
        ("Get-It <# first #> $a <# second\n #> $b\n", "Get-It $a\n $b\n"),
        ("function It {\n    <#\n    .SYNOPSIS\n        X.\n    #>\n    $a\n}\n", "function It {\n\n\n\n\n    $a\n}\n"),
        ("(1,# one\n2)#two\n", "(1,\n2)\n"),
    ],
)
def test_comments_go_and_every_line_keeps_its_number(text: str, kept: str) -> None:
    assert without_comments(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "$a = '# no comment'\n",
        "$a = '<# none #>'\n",
        "$a = 'it''s # none'\n",
        '$a = "# no comment `" # nor this"\n',
        '$a = "two "" marks # none"\n',
        "$a = \"$(Get-It -Name '#') # none\"\n",
        "$a = @'\n# no comment\n\nit's\n'@\n",
        '$a = @"\n# no comment\n\n"x"\n"@\n',
        "$a = 'two\n\n# lines'\n",
        "$a = Get-It a#b $x#y\n",
        "$a = Get-It `# b\n",
        "$a = $b -replace '#', \"'\"  ; '#'\n",
        "#requires\n"[1:],
    ],
)
def test_what_only_looks_like_a_comment_stays(text: str) -> None:
    assert without_comments(text) == text


def test_a_function_reaches_what_it_calls_and_what_that_calls() -> None:
    texts = {
        "Get-First": "function Get-First { Get-Second; 'Get-Word'; # Get-Comment\n Get-Item }",
        "Get-Second": 'function Get-Second { "$(Get-Third -Name x)" }',
        "Get-Third": "function Get-Third { Get-First }",
        "Get-Word": "function Get-Word { }",
        "Get-Comment": "function Get-Comment { }",
    }
    assert reached_functions(texts, ["Get-First"]) == ["Get-First", "Get-Second", "Get-Third"]
    assert reached_functions(texts, ["Get-Word", "Get-Comment"]) == ["Get-Comment", "Get-Word"]
    with pytest.raises(KeyError, match="Get-Nothing"):
        reached_functions(texts, ["Get-Nothing"])
