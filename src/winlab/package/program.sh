#!/bin/sh
# $name of the stand-in.
exec $program "$$@"
