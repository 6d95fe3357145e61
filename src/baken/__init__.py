"""Baken: know, find and reach the partners of a region's health-innovation landscape."""
