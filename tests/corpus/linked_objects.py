"""Nodes that hold nodes: lists and trees that are made, walked and written."""

from tests.corpus.registry import program


def V(n):
    return lambda rng: (rng.normal(size=n),)


def S(*numbers):
    return lambda rng: numbers


class LNode:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next


class LinkedList:
    def __init__(self):
        self.head = None
        self.size = 0

    def push(self, v):
        self.head = LNode(v, self.head)
        self.size += 1

    def total(self):
        s = 0.0
        node = self.head
        while node is not None:
            s += node.value * self.size
            node = node.next
        return s

    def reverse(self):
        prev = None
        cur = self.head
        while cur:
            nxt = cur.next
            cur.next = prev
            prev = cur
            cur = nxt
        self.head = prev


@program(args=V(4))
def linked_list_class(x):
    l = LinkedList()
    for v in x:
        l.push(v**2)
    l.reverse()
    l.head.value *= 3.0
    return l.total() + l.head.next.value


class Tree:
    def __init__(self, v, left=None, right=None):
        self.v, self.left, self.right = v, left, right

    def insert(self, v):
        if v < self.v:
            if self.left is None:
                self.left = Tree(v)
            else:
                self.left.insert(v)
        else:
            if self.right is None:
                self.right = Tree(v)
            else:
                self.right.insert(v)

    def total(self, depth=1):
        s = self.v * depth
        if self.left is not None:
            s += self.left.total(depth + 1)
        if self.right is not None:
            s += self.right.total(depth + 1)
        return s


def insert(root, v):
    if root is None:
        return Tree(v)
    if v < root.v:
        root.left = insert(root.left, v)
    else:
        root.right = insert(root.right, v)
    return root


def walk(root):
    if root is None:
        return 0.0
    return walk(root.left) * 0.5 + root.v + walk(root.right) * 0.7


@program(args=V(5))
def bst_functions(x):
    root = None
    for v in x:
        root = insert(root, v)
    return walk(root)


class N:
    def __init__(self, v, next=None):
        self.v = v
        self.next = next

    @property
    def twice(self):
        return 2 * self.v

    def total(self):
        return self.v + (self.next.total() if self.next is not None else 0.0)

    def scale(self, k):
        self.v *= k
        if self.next is not None:
            self.next.scale(k)


@program(args=S(0.7, -0.4), wrt=(0, 1))
def recursive_scale(x, y):
    n = N(y, N(x, N(x * y)))
    n.scale(x)
    return n.total() ** 2


@program(args=S(0.7, -0.4), wrt=(0, 1))
def walk_and_write(x, y):
    head = N(x)
    for k in range(3):
        head = N(y * k, head)
    node = head
    while node.next is not None:
        node.v += node.next.v
        node = node.next
    return head.v * node.v
