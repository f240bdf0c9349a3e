#!/bin/sh
# What `make demo` shows: a problem of several steps, many traces, one voted answer. Argument: the program.
set -eu
sheaf=$1

echo "== The model (downloaded on first use, kept in your cache)"
"$sheaf" pull default

echo
echo "== The problem"
problem='A baker makes 14 trays of 12 rolls. She sells three quarters of the rolls in the morning at 2 dollars each and the rest in the afternoon at half that price. How many dollars does she take in?'
echo "$problem"

echo
echo "== Sheaf: up to 24 chains of thought, weak ones cut, the rest vote until it is decided (right is 294)"
"$sheaf" solve -m default -N 24 --warmup 8 --keep 0.5 -n 640 "$problem"
