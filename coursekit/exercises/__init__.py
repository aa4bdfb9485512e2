"""The questions: a package a lesson, a file a concept. Each exercise is data, see `checking.exercise`."""
