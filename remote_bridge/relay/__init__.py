"""Pairs two sockets, forwards, holds back, keeps nothing."""
