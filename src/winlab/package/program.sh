#!/bin/bash
# $name of the stand-in.
# A C program for Windows writes its outputs in text mode: every line feed leaves it as a carriage return and one. The
# program itself takes this process's place, so that its exit code is the script's, and ending the script ends it.
exec $program "$$@" > >(exec perl -pe 's/\n/\r\n/') 2> >(exec perl -pe 's/\n/\r\n/' >&2)
